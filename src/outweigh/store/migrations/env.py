"""Alembic's entry: runs the migrations on the connection that `database` hands over."""

from alembic import context


def migrate() -> None:
    """Apply what is missing inside the transaction of the connection, so a crash leaves nothing half-done."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    context.run_migrations()


# Alembic runs this file under that name; a plain import does nothing.
if __name__ == "env_py":
    migrate()
