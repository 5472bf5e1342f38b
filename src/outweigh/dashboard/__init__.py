"""What a person sees: server-rendered pages and the report file. One page record and one template each."""
