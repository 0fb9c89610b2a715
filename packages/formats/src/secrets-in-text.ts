/** What stands in place of something that was taken out. */
export const REDACTED = "[redacted]";

/** A pattern of the operator's own. It must be global, and it is theirs to keep it from backtracking. */
export type TextPattern = RegExp;

/**
 * Every expression here runs in linear time whatever the text: either nothing follows its unbounded part, or all its parts are bounded.
 * The order matters: what holds other secrets inside goes first.
 */
const SCHEME = /\b(Bearer|Basic|DPoP|ApiKey|Token)([ \t+]{1,8})[A-Za-z0-9._~+/=-]{8,}/gi;
const URL_CREDENTIALS = /(:\/\/)[^\s/@:]{0,128}:[^\s/@]{1,256}@/g;
const NAMED =
  /((?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie|signature|credential|request_?state|mcp-param-[\w-]{1,64})["']{0,2}\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)[^\s"'\\,;&<>}\]#]+/gi;
/** Makers of keys that mark them with a prefix, so that scanners find them. */
const PREFIXED =
  /(?<![A-Za-z0-9])(?:sk-|sk_|pk_live_|rk_live_|rk_test_|whsec_|gh[oprsu]_|github_pat_|glpat-|gldt-|xox[abeoprs]-|xapp-|npm_|pypi-|hf_|dop_v1_|shp(?:at|ca|pa|ss)_|SG\.|key-|AIza|ya29\.|AGE-SECRET-KEY-1|eyJrIjoi|glsa_|dapi|lin_api_|sntr[yu]s_|r8_|tvly-|pplx-|gsk_|xai-)[A-Za-z0-9_.-]{12,}/g;
const AWS_KEY_ID = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}/g;
/** Dotted runs of base64url; whether one is a JWT is decided by a function, since a regular expression would backtrack. */
const DOTTED_RUN = /[A-Za-z0-9_.-]{20,}/g;
const DIGITS = /(?<!\d)\d(?:[ .-]?\d){12,23}(?!\d)/g;
const PEM_BEGIN = "-----BEGIN ";
const PEM_END = "-----END ";

/** The text without bearer tokens, JWTs, API keys, passwords that are named, private keys and card numbers. */
export function withoutSecrets(text: string, more: readonly TextPattern[] = []): string {
  if (text.length < MIN_SECRET && more.length === 0) return text;
  const clean = cleaned(text, more);
  if (!clean.includes("%")) return clean;
  // A secret in a URI may be encoded, and a URI in a URI twice. Then the decoded text is what is shown.
  let plain = clean;
  for (let times = 0; times < MAX_ENCODINGS; times++) {
    const decoded = plain.replace(ENCODED, decode);
    if (decoded === plain) break;
    plain = decoded;
    const bare = cleaned(plain, more);
    if (bare !== plain) return bare;
  }
  return clean;
}

const MAX_ENCODINGS = 3;
const ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function cleaned(text: string, more: readonly TextPattern[]): string {
  let clean = withoutPrivateKeys(text)
    .replace(SCHEME, `$1$2${REDACTED}`)
    .replace(NAMED, `$1${REDACTED}`)
    .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
    .replace(DOTTED_RUN, withoutJwt)
    .replace(PREFIXED, REDACTED)
    .replace(AWS_KEY_ID, REDACTED)
    .replace(DIGITS, withoutCard);
  for (const pattern of more) clean = clean.replace(pattern, REDACTED);
  return clean;
}

/** `pwd=x`: nothing shorter can match an expression above. */
const MIN_SECRET = 5;

function withoutPrivateKeys(text: string): string {
  let clean = "";
  let from = 0;
  for (let begin = text.indexOf(PEM_BEGIN); begin >= 0; begin = text.indexOf(PEM_BEGIN, begin + PEM_BEGIN.length)) {
    const label = text.slice(begin + PEM_BEGIN.length, begin + PEM_BEGIN.length + 48);
    if (begin < from || !label.includes("PRIVATE KEY")) continue;
    clean += text.slice(from, begin) + REDACTED;
    // Without its end it was cut: then everything after the beginning may be key.
    const end = text.indexOf(PEM_END, begin);
    const closing = end < 0 ? -1 : text.indexOf("-----", end + PEM_END.length);
    if (closing < 0) return clean;
    from = closing + 5;
  }
  return clean + text.slice(from);
}

/** A JWT (also an encrypted one) begins with the base64 of `{"`. */
function withoutJwt(run: string): string {
  const begin = run.indexOf("eyJ");
  return begin >= 0 && run.lastIndexOf(".") > begin + 8 ? run.slice(0, begin) + REDACTED : run;
}

function withoutCard(run: string): string {
  return holdsCard(run) ? REDACTED : run;
}

/** Tries every run of whole groups, so that a security code behind the number does not hide it. */
function holdsCard(run: string): boolean {
  const groups = run.split(/[ .-]/);
  for (let first = 0; first < groups.length; first++) {
    let digits = "";
    for (let last = first; last < groups.length && digits.length < 19; last++) {
      digits += groups[last];
      if (isCardNumber(digits)) return true;
    }
  }
  return false;
}

const ISSUERS = /^(?:4|5[1-5]|2[2-7]|3[0-9]|6)/;

function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || !ISSUERS.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
