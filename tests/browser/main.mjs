// The pages in a real browser: `node main.mjs DEMO_FILE FOLDER_FOR_PICTURES`.

import './flows/spendesk.mjs';
import './flows/spiko.mjs';
import './flows/speckle.mjs';
import './flows/hindrances.mjs';
import './flows/redirects.mjs';
import './flows/forms.mjs';
import './flows/page_apps.mjs';
import './flows/pages.mjs';
