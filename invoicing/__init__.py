"""What a firm sends its clients: invoices from open hours and by hand, and what was paid of them."""
