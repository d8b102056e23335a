"""The five database roles, and what each is for (tenancy decision 11)."""

OWNER = "candor_owner"  # owns the tables; migrations only
LOADER = "candor_loader"  # BYPASSRLS: backup and data steps of migrations; never in web or worker
APP = "candor_app"  # web, worker, tests: sees one account at a time
SUPPORT = "candor_support"  # no table at all, EXECUTE on one function
LOOKER = "candor_looker"  # NOLOGIN, BYPASSRLS, SELECT only; owns that function
