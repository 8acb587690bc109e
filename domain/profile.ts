/* How a customer's particulars are written, whichever way they come in. */

/** Characters. */
export const longest = { name: 300, email: 320, phone: 50, product: 100, region: 100 };

/** ISO 3166-1, two letters: `DE` */
export const countryPattern = /^[A-Z]{2}$/;

/** A language tag of BCP 47, as far as it names language, script and region: `de`, `de-AT` */
export const languagePattern = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
