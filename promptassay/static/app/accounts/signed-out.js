// @ts-check
/** The page that asks to sign in: nobody is signed in in this browser, so nothing that it keeps can be opened again. It is deleted. */

import { ended } from "app/lib/session";

export default function signedOut() {
  ended().catch(() => undefined);
}
