from typing import Any

from django.core.management.base import BaseCommand

from billing.catalogue import PRICES
from billing.gateway import processor


class Command(BaseCommand):
    """Offer our plans at the card processor, each price under our own name for it."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for price in PRICES.values():
            processor().publish_price(
                key=price.key,
                product=f"candor-{price.plan.code}",
                name=f"Candor {price.plan.name}",
                amount=price.amount,
                currency=price.currency,
                interval=price.interval,
            )
        print(f"{len(PRICES)} prices are there.")
