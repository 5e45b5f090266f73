"""Plans are asked for, made by the worker, accepted; rooms are kept; somebody says when they can not come."""
