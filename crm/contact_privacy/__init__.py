"""Each contact's rights: why the firm holds them, until when, whether it may write, and whether it may use them."""
