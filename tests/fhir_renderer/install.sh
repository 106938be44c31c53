#!/usr/bin/env bash
# Brings LHC-Forms' renderer (npm lforms, National Library of Medicine) into the folder given, for the tests alone. Only
# its browser files are taken, which hold all they need: what the package asks npm for besides is hundreds of megabytes.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
package=lforms@40.1.3
sha512=58baee4e6f817159da7c2d2b480437fdc36a871bdc941531c811baf1ab9bfee85ad8d68af47f1965c1174d3b8e46e1b3cc2b74c1aedfbe1ba2799b5c0c874fcd

mkdir -p "$1"
cd "$1"
"$root/requirements/npm.sh" pack "$package" --ignore-scripts --no-update-notifier --loglevel=error >/dev/null
echo "$sha512  lforms-40.1.3.tgz" | sha512sum --check --quiet
web=package/dist/lforms
tar -xzf lforms-40.1.3.tgz "$web/webcomponent/styles.css" "$web/webcomponent/lhc-forms.js" \
    "$web/webcomponent/"{down_arrow_gray_10_10,magnifying_glass}.png \
    "$web/webcomponent/assets/lib/zone.min.js" "$web/fhir/R4/lformsFHIR.min.js" "$web/LICENSE.md"
rm lforms-40.1.3.tgz
