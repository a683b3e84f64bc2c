"""Wire shapes (marshmallow): envelopes and sizes only, no queries. Items of a batch are read one by one elsewhere."""
