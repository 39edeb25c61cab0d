"""What people send, from a form or a program, and the commands that it becomes."""
