"""What the services publish to one another: envelope, shared vocabulary, and one module of events per publisher.

A published event is a promise. Its JSON Schema and an example payload are checked in beside this package, and a change
that an old reader or an old example could not survive is refused (`contracts.compatibility`). A new shape is a new
version with an upcaster from the old one.
"""
