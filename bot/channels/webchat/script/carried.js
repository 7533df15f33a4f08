// What the address of the page brings along: the code of an invitation, or the words that join this phone to another.
function carried(began) {
  const invited = /[?&]moi=(MOI-[\w-]+)/.exec(location.search), joined = /[?&]noi=([a-z]+(?:-[a-z]+){3})(?:&|$)/.exec(location.search);
  if (invited || joined) history.replaceState(null, '', location.pathname);
  if (invited) say({ text: invited[1] }, '(mã mời)');
  // Only where nobody has spoken yet: a link that somebody sends must not take over a phone with a conversation of its own.
  else if (joined && began) say({ text: joined[1].replace(/-/g, ' ') }, '(nối máy)');
  else if (joined) tell('Máy này đã có người học. Muốn nối máy thì gõ bốn chữ trên máy kia vào đây nhé.');
}
