/** Addresses of the server where a proxy serves it under a prefix, such as /pictures. */

/** The prefix, without a slash at its end; empty: none. The server writes it into the page. */
export const root =
  typeof document === "undefined"
    ? ""
    : (document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content ?? "").replace(/^\.|\/$/g, "");

/** An address as the browser asks for it: "/pictures/models" for "/models". */
export const at = (address: string): string => root + address;
