// The page begins: what was seen last time at once, then what is new.
footer.removeChild($('old'));
showSeen();
adopt();
connect();
