"""The home page's panels, by room."""

import crm.activities.home
import crm.deals.home  # noqa: F401
