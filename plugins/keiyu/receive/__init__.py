"""Receiving: landing store, receipts, nil returns; bytes are durable before anything is promised."""

from keiyu.receive.receipts import Receipt, find_receipt, receipts_of
from keiyu.receive.receive import Arrival, FileTooLargeError, KeyReusedError, receive, receive_many, receive_nil
from keiyu.receive.requeue import requeue
from keiyu.receive.storage import Storage

__all__ = [
    "Arrival",
    "FileTooLargeError",
    "KeyReusedError",
    "Receipt",
    "Storage",
    "find_receipt",
    "receipts_of",
    "receive",
    "receive_many",
    "receive_nil",
    "requeue",
]
