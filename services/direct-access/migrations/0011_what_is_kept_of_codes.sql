-- The answer that a code was told in is kept, sealed, for as long as the same command may come again: say so.
comment on column supports.code is
    'A keyed digest of the code on the receipt. The code itself stands sealed in the answer of its command, for 30 days';
comment on table consent_codes is
    'Whose code it is: a guardian''s or the person''s. The code itself stands sealed in the answer of its command, for 30 days';
