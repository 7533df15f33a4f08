// The page begins.
footer.removeChild($('old'));
restore();
connect();
