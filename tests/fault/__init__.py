"""Breaking things on purpose: the balance must hold."""
