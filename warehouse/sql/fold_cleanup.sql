-- What the fold leaves in the connection's temporary space: nothing.
DROP VIEW IF EXISTS folded;
DROP TABLE IF EXISTS history;
DROP TABLE IF EXISTS stay;
DROP TABLE IF EXISTS figure;
DROP TABLE IF EXISTS edition;
DROP TABLE IF EXISTS declared_break
