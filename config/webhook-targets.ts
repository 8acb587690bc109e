import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>;

/** Which URLs our webhooks may call. */
export type WebhookTargets = {
  /** the rule that the URL breaks, now that its host is looked up, or null; a host that cannot be found breaks none */
  brokenRule(url: string): Promise<string | null>;
  /** throws for a URL that needs no lookup to be refused */
  check(url: string): void;
  /** for `connect`: gives only allowed addresses, so that what was checked is what is called */
  lookup: LookupFunction;
};

/** The target is one that we do not call. */
class TargetRefused extends Error {}

/** Azure's metadata and DNS service, the one of its kind with an address out of the public space. */
const publicMetadata = new Set(['168.63.129.16']);

/** The one part of IPv6 that is given out for the internet (RFC 4291, IANA registry). */
const globalUnicast = ipaddr.IPv6.parse('2000::');
const globalUnicastBits = 3;

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

/**
 * @param allowPrivate `WINBACK_WEBHOOK_ALLOW_PRIVATE`: any address, and plain http
 */
export function webhookTargets({
  allowPrivate,
  resolve = resolveBySystem,
}: {
  allowPrivate: boolean;
  resolve?: Resolve;
}): WebhookTargets {
  const refused = (address: string) => !allowPrivate && !isPublic(address);
  const notPublic = 'must not lead to a private, local or reserved address';

  /** What the URL alone tells. */
  const ruleOf = (text: string): string | null => {
    if (!URL.canParse(text)) return 'must be a URL, like https://crm.example/winback';
    const url = new URL(text);
    const allowed = allowPrivate ? ['https:', 'http:'] : ['https:'];
    if (!allowed.includes(url.protocol)) {
      return `must begin with ${allowed.map((one) => `${one}//`).join(' or ')}`;
    }
    if (url.username || url.password) return 'must not hold a user name or password';
    if (url.hash) return 'must not hold a fragment (#)';
    const literal = addressOf(url);
    return literal !== null && refused(literal) ? notPublic : null;
  };

  /** One bad address among good ones is refused as well: nobody knows which one would be called. */
  const addressesOf = async (hostname: string) => {
    const addresses = await resolve(hostname);
    if (addresses.length === 0) throw new Error(`${hostname} has no address`);
    if (addresses.some(({ address }) => refused(address))) throw new TargetRefused(notPublic);
    return addresses;
  };

  return {
    async brokenRule(url) {
      const rule = ruleOf(url);
      if (rule !== null || addressOf(new URL(url)) !== null) return rule;
      try {
        await addressesOf(new URL(url).hostname);
        return null;
      } catch (error) {
        return error instanceof TargetRefused ? error.message : null;
      }
    },
    check(url) {
      const rule = ruleOf(url);
      if (rule !== null) throw new TargetRefused(`the URL ${rule}`);
    },
    lookup(hostname, options, callback) {
      addressesOf(hostname).then(
        (addresses) => {
          if (options.all) return callback(null, addresses);
          const { address, family } = addresses[0]!;
          callback(null, address, family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    },
  };
}

/** The address that stands in the URL in place of a name. URL has already made `127.1` and `0x7f000001` the usual form. */
function addressOf({ hostname }: URL): string | null {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) > 0 ? address : null;
}

/** Whether it is an address of the public internet: every special range of the IANA registries is refused. */
function isPublic(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address inside an IPv6 one counts as what it is.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || publicMetadata.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast, globalUnicastBits);
}
