"""What a new firm begins with here."""

from accounts.opening import register
from crm.deals import pipelines

register(pipelines.begin)
