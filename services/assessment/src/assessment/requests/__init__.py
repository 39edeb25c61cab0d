"""What an officer asks for, as a form's fields or a JSON body, and the command that it becomes. Each is flat."""
