// What must hold, in our own words, with the promise of SECURITY.md that it belongs to. `open` says why there is no
// test (yet).

/** @type {readonly { number: number, promise: string, words: string, open?: string }[]} */
export const SECURITY_TESTS = [
  {
    number: 1,
    promise: 'P1',
    words:
      'Every action and route of the build, and every service, with every role and without: the answer is the one of the table, and an unlisted one fails.',
  },
  {
    number: 2,
    promise: 'P1',
    words: 'The action of a guarded page, sent to other paths without a session, does nothing.',
  },
  {
    number: 4,
    promise: 'P1',
    words: 'Actions given values of any type answer with a refusal and throw nothing.',
  },
  { number: 5, promise: 'P1', words: 'Fields that a form does not have, such as a role, change nothing.' },
  {
    number: 6,
    promise: 'P1',
    words: 'A change whose Origin is another site, null, missing or of another port is refused.',
  },
  { number: 7, promise: 'P1', words: 'Signing in and out works in a browser without JavaScript.' },
  {
    number: 8,
    promise: 'P1',
    words: 'Host and X-Forwarded-Host are not believed: PUBLIC_URL alone decides.',
  },
  {
    number: 9,
    promise: 'P1',
    words:
      'Behind proxies that keep, rewrite or forward Host, and over TLS, all works; a wrong PUBLIC_URL is told with the header and the setting.',
  },
  {
    number: 10,
    promise: 'P1',
    words: 'No header, suffix or spelling of a path shows a guest a guarded page.',
  },
  {
    number: 11,
    promise: 'P2',
    words: 'An error shows an id only; the log has the id and no secret.',
  },
  {
    number: 12,
    promise: 'P5',
    words: 'A form beyond its limit is refused with words, and the server goes on.',
  },
  {
    number: 13,
    promise: 'P10',
    words: 'Two builds with one action key understand each other; otherwise the page asks to reload.',
  },
  {
    number: 14,
    promise: 'P2',
    words:
      'No server action holds a secret in a closure, and modules with credentials cannot be built into a page.',
  },
  {
    number: 15,
    promise: 'P2',
    words: 'No planted secret is in a static file, a page, a payload or a log of the whole run.',
  },
  {
    number: 16,
    promise: 'P1',
    words:
      'Every answer carries the security headers; pages run scripts by nonce only, with no report in the whole run.',
  },
  {
    number: 17,
    promise: 'P11',
    words: 'Dependencies below the known-fixed versions stop the build, without a network.',
  },
  {
    number: 18,
    promise: 'P5',
    words: 'Malformed replies in the encoding of React: the server stays, runs nothing, and answers.',
  },
  { number: 19, promise: 'P5', words: 'A flood of unknown action ids disturbs nobody else.' },
  {
    number: 20,
    promise: 'P5',
    words: 'The server fetches nothing for others: image addresses, absolute addresses, upgrades.',
  },
  {
    number: 21,
    promise: 'P2',
    words: 'It does not start with the switches that make the EdgeGrid library print its signing key.',
  },
  {
    number: 22,
    promise: 'P2',
    words:
      'After a failed call no print of the error, however deep, shows a signature or a secret, though the answer repeats them.',
  },
  {
    number: 23,
    promise: 'P2',
    words: 'An .edgerc that others can read is refused; on a read-only mount it is taken, with a warning.',
  },
  {
    number: 24,
    promise: 'P2',
    words: 'Signed requests go to hosts of Akamai only, however another one is written.',
  },
  {
    number: 25,
    promise: 'P2',
    words: 'A name of any kind is refused before it is signed, or is one part of the path.',
  },
  {
    number: 26,
    promise: 'P3',
    words: 'Thousands of calls at once through one client: each gets its own answer, and nothing piles up.',
  },
  {
    number: 27,
    promise: 'P2',
    words: 'A signed request follows no redirect, of whatever kind and to wherever; it is told.',
  },
  {
    number: 28,
    promise: 'P3',
    words:
      'Refused, silent, slow, reset, half-closed or with a wrong certificate: told as what it is, in time, without a lost socket, and whether a change may have happened.',
  },
  {
    number: 29,
    promise: 'P3',
    words:
      'Answers that are no JSON, of another shape, huge, deep or a bomb are told as unreadable, within limits of memory.',
  },
  {
    number: 30,
    promise: 'P3',
    words:
      "Each status means the same with a problem, a page or nothing; only Akamai's own word says that a token is gone or a name taken.",
  },
  {
    number: 31,
    promise: 'P3',
    words: 'A GET is tried again three times at most and never earlier than told; a change never is.',
  },
  {
    number: 32,
    promise: 'P3',
    words: 'A wrong clock is named with its seconds, and nothing is tried again.',
  },
  {
    number: 33,
    promise: 'P3',
    words:
      'A creation whose answer is lost in any way is sent once, and what is told of it in the end is true.',
  },
  {
    number: 34,
    promise: 'P3',
    words:
      'A change that nobody knows the outcome of is shown as such and looked up until it is known, after a kill too.',
  },
  { number: 35, promise: 'P3', words: 'A name that is taken never counts as a creation of ours.' },
  { number: 36, promise: 'P3', words: 'However often a form is sent, one request goes to Akamai.' },
  {
    number: 37,
    promise: 'P3',
    words: 'The same for refreshing and revoking: nothing is sent a second time.',
  },
  {
    number: 38,
    promise: 'P15',
    words: 'A token that live versions use is revoked only when its name is typed, after another look.',
  },
  {
    number: 39,
    promise: 'P12',
    words:
      'With Akamai at ten seconds per call pages stay under a second; eight calls are under way at most, the queue is bounded, five failures in a row open the circuit and a probe closes it.',
  },
  {
    number: 40,
    promise: 'P2',
    words: 'HTTPS_PROXY and NO_PROXY are honoured, and a proxy never sees an unencrypted request.',
  },
  { number: 63, promise: 'P5', words: 'No cell of a CSV starts a formula, and rows read back as they were.' },
  {
    number: 64,
    promise: 'P5',
    words: 'Markup in names, addresses and answers is shown as text everywhere.',
  },
  { number: 65, promise: 'P5', words: 'Invisible and direction-turning characters are shown.' },
  {
    number: 66,
    promise: 'P5',
    words:
      'Whatever stands in a name, a calendar feed stays what it is: no component is added, no character cut, no day moved.',
  },
  {
    number: 67,
    promise: 'P14',
    words:
      "A feed's secret is random, stored as a hash and revocable; a wrong one gets a 404 in the same time, and no feed holds a token's value.",
  },
  {
    number: 68,
    promise: 'P2',
    words: 'A name with line breaks or terminal codes stays one line of the log.',
  },
  { number: 69, promise: 'P1', words: 'No link leads off this site after signing in.' },
  {
    number: 70,
    promise: 'P1',
    words: 'Links for others are made of PUBLIC_URL, whatever Host a request had.',
  },
  {
    number: 71,
    promise: 'P6',
    words:
      'Signing in, another role and another password mean another session; a planted cookie is not taken over.',
  },
  {
    number: 72,
    promise: 'P6',
    words: 'Over https the cookie is Secure with its prefix; it is HttpOnly and SameSite everywhere.',
  },
  {
    number: 73,
    promise: 'P6',
    words:
      'After signing out, disabling, deleting or another password the old cookie is worth nothing at the next request.',
  },
  {
    number: 74,
    promise: 'P6',
    words: 'Who loses a role with a dialog open, or while a request waits, is refused, and nothing is sent.',
  },
  { number: 75, promise: 'P6', words: 'However many demotions run at once, an active admin is left.' },
  { number: 76, promise: 'P5', words: 'Unknown, disabled and known addresses get the same answer.' },
  {
    number: 77,
    promise: 'P5',
    words: 'Failed sign-ins wait longer and longer, by account and by network address.',
  },
  {
    number: 78,
    promise: 'P5',
    words: 'Many sign-ins at once hash four passwords at a time; an endless password is not hashed.',
  },
  { number: 79, promise: 'P5', words: 'X-Forwarded-For counts only as far as proxies are configured.' },
  {
    number: 80,
    promise: 'P8',
    words: 'Without the printed secret nobody becomes the first admin; of many at once one does.',
  },
  { number: 81, promise: 'P8', words: 'After the set-up its page is not found, whatever happens.' },
  {
    number: 82,
    promise: 'P6',
    words:
      'Invitations and password links work once, for an hour, for their address; looking does not use them up.',
  },
  {
    number: 83,
    promise: 'P9',
    words:
      'Single sign-on refuses every wrong state, nonce, issuer, audience, signature, code and verifier; an unverified address joins no account.',
  },
  {
    number: 84,
    promise: 'P2',
    words: 'A legacy value is handed out to who may and signed in lately, and on record.',
  },
  {
    number: 85,
    promise: 'P6',
    words: 'Keys are shown once, stored hashed, never above their owner, and dead with them.',
  },
  {
    number: 86,
    promise: 'P1',
    words: 'What a viewer gets holds nothing that a viewer may not see.',
  },
  { number: 87, promise: 'P7', words: 'Each change and download has one entry before and one after.' },
  {
    number: 88,
    promise: 'P7',
    words: 'Every edit, deletion, insertion, swap and cut tail of the audit is found.',
  },
  { number: 89, promise: 'P7', words: 'Many writers in several processes, killed or not, make one chain.' },
  {
    number: 90,
    promise: 'P7',
    words: 'No statement changes or deletes an entry, and the database refuses both.',
  },
  {
    number: 91,
    promise: 'P2',
    words: 'No token value is in an entry.',
    open: 'entries hold no value in any form; [15] searches for them',
  },
  { number: 92, promise: 'P7', words: 'A clock that goes back is noted and changes no order.' },
  {
    number: 93,
    promise: 'P7',
    words:
      'Failed sign-ins, refusals, refused bundles and bad certificates are logged with request, person, address and code.',
  },
  {
    number: 94,
    promise: 'P5',
    words: 'A flood of refused requests does not fill the disk, and hides nobody who has a session or a key.',
  },
  {
    number: 95,
    promise: 'P7',
    words:
      'Without its entry no change is made; one whose outcome cannot be written is told and settled later.',
  },
  { number: 96, promise: 'P7', words: 'A pruned audit still verifies.', open: 'nothing prunes the audit' },
  {
    number: 97,
    promise: 'P10',
    words: 'Killed at random points under load, it starts again with everything that was acknowledged.',
  },
  {
    number: 98,
    promise: 'P10',
    words: 'Killed at each step of a change, the state is before, after, or told as unknown.',
  },
  { number: 99, promise: 'P10', words: 'A second server on the same data refuses and names the first.' },
  {
    number: 100,
    promise: 'P10',
    words: 'On a full disk reading goes on, changes are refused, and it recovers by itself.',
  },
  {
    number: 101,
    promise: 'P10',
    words:
      'A data folder that is missing, read-only, of somebody else or failing is told; no empty database replaces a lost one.',
  },
  {
    number: 102,
    promise: 'P10',
    words: 'A backup made while running restores; a raw copy of a live database is recognised and refused.',
  },
  {
    number: 103,
    promise: 'P2',
    words: 'The data folder and its files are for their user only, whatever the umask.',
  },
  { number: 104, promise: 'P3', words: 'What a killed server left open is settled by looking it up.' },
  {
    number: 105,
    promise: 'P2',
    words:
      'A backup holds no EdgeGrid secret and no address or secret of a channel that can be read without the key; another key is told at the start.',
  },
  {
    number: 106,
    promise: 'P2',
    words: 'Keys that encrypt columns can be changed.',
    open: 'open: a lost key is forgotten and the few addresses are given again (decision 014)',
  },
  {
    number: 107,
    promise: 'P10',
    words: 'Asked to end, the server finishes what is under way and ends well.',
  },
  {
    number: 108,
    promise: 'P10',
    words: 'Every released database becomes the present one, with a backup before.',
  },
  { number: 109, promise: 'P10', words: 'An older program refuses a newer database and changes nothing.' },
  {
    number: 110,
    promise: 'P5',
    words: 'With 100,000 entries and 500 people pages answer within their goal.',
    open: 'measured: `npm run bench -- audit`',
  },
  { number: 111, promise: 'P10', words: 'Two hours under load: memory and handles stay.' },
  {
    number: 112,
    promise: 'P10',
    words: 'A failure that nobody caught is logged without secrets and ends the process.',
  },
  {
    number: 113,
    promise: 'P2',
    words: 'Health and readiness tell guests no versions and paths.',
  },
  {
    number: 114,
    promise: 'P13',
    words:
      'An expiry, refresh or review falls on its day and into its window, over changes of the clock, leap days and year ends and in every zone.',
  },
  {
    number: 115,
    promise: 'P14',
    words:
      'Each notice is sent, and once for each step of a date and channel, whatever clock, sleep, kill or second start does.',
  },
  {
    number: 116,
    promise: 'P12',
    words:
      'With Akamai away, after a restart too, pages show what was last read with its age and a warning, never an empty table; notices go out by it.',
  },
  { number: 117, promise: 'P11', words: 'The lockfile has a checksum for each package and no other source.' },
  {
    number: 118,
    promise: 'P11',
    words: 'Install scripts are on an allow-list, and each production dependency has its reason.',
  },
  { number: 119, promise: 'P11', words: 'Licences are on an allow-list.' },
  {
    number: 120,
    promise: 'P11',
    words: 'Two builds of one commit with one key have the same files; the telemetry of Next is off.',
  },
  {
    number: 121,
    promise: 'P11',
    words: 'A release holds no tests, secrets or caches and runs without root.',
    open: 'there is no release artefact: it is run from a clone',
  },
];
