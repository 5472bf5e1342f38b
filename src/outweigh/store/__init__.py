"""Records <-> database and artifact store. The only SQL.

`home`, `summary`, `artifacts` and `journal` import nothing heavy; `database`, `tables` and `runs` import
SQLAlchemy (0.2 s), so a command imports them in its own body.
"""
