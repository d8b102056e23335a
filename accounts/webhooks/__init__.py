"""Outgoing webhooks: the one way in which a firm has us tell somebody outside that a record changed.

A firm enters who may hear of it on its own register (`accounts/recipients.py`), and switches them on. What happened
is read from the sealed log, so nothing is lost with a process (`gathering`); each message is asked about once more at
the moment of sending (`sending.may_send`), goes to the very address that was checked (`addresses`) and is signed
(`signing`). A message names what happened, when, and where the record is read; never a value of it (ADR 39).
"""
