-- A message may also be about a time on a day when the support is closed. Nothing but what is said of the column changes.

comment on column messages.kind is 'reminder, offer or closing';
