/** One list of pictures for the whole visit: it is still there when somebody comes back from another page. */
import { classify } from "../api/client";
import { Pictures } from "../shared";

export const pictures = new Pictures(classify);
