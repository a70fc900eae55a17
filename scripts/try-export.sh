#!/bin/sh
# Makes a student's repository, installs it from an empty cache and works in it as a student would. Needs a registry.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
ui=
trap '[ -z "$ui" ] || kill "$ui"; rm -rf "$folder"' EXIT

timed() {
  what=$1
  shift
  began=$(date +%s%N)
  "$@" >"$folder/log" 2>&1 && status=0 || status=$?
  echo "$what: exit $status after $((($(date +%s%N) - began) / 1000000)) ms"
  return $status
}
fails() {
  timed "$@" && { cat "$folder/log"; echo "that should have failed"; exit 1; } || [ $? = 1 ]
}
passes() {
  timed "$@" || { cat "$folder/log"; exit 1; }
}
says() {
  grep -q -- "$1" "$folder/log" || { cat "$folder/log"; echo "it does not say: $1"; exit 1; }
}

passes 'kit export' node "$root/bin/kit.js" export "$folder/repository" --assignment "${1:-attention-fundamentals}"
cd "$folder/repository"
passes 'npm ci, empty cache' npm ci --cache "$folder/cache" --no-audit --no-fund
passes 'types' npm run types
fails 'npm test, nothing done' npm test
says 'not written yet: TODO 1'

first=$(sed -n 's/^It opens on the first exercise .*`exercises\/\(.*\)\.ts`.*/\1/p' README.md)
fails "kit run ${first}" npx kit run "$first"
cp "$root/solutions/$first.ts" "exercises/$first.ts"
passes "npm test, ${first} solved" npm test -- "tests/$first.test.ts"
passes "kit run ${first}" npx kit run "$first"
passes "kit run --debug ${first}" npx kit run --debug "$first"
passes 'kit list' npx kit list
passes 'kit doctor' npx kit doctor
passes 'a filter' npx vitest run "tests/$first.test.ts" -t finite
says 'skipped'
NO_COLOR=1 node node_modules/vitest/vitest.mjs --ui --watch --open=false </dev/null >"$folder/ui" 2>&1 &
ui=$!
tries=0
until address=$(grep -o 'http://.*/__vitest__/' "$folder/ui"); do
  tries=$((tries + 1))
  [ $tries -lt 60 ] || { cat "$folder/ui"; echo 'vitest --ui: no address after a minute'; exit 1; }
  sleep 1
done
passes 'vitest --ui, its page' node -e '
  fetch(process.argv[1])
    .then((answer) => answer.text())
    .then((page) => process.exit(page.includes("<title>Vitest</title>") ? 0 : 1))
' "$address"
kill "$ui"
wait "$ui" || true
ui=
sed -i 's/throw new .*Error(/throw new EvalError(/' "exercises/$first.ts"
fails 'annotations' npx vitest run "tests/$first.test.ts" --reporter=github-actions
says "^::error file=.*exercises/$first.ts,.*line="
for verb in verify goldens 'grade .' 'new 01-x/a' 'export ../other'; do
  # shellcheck disable=SC2086
  npx kit $verb >"$folder/log" 2>&1 && exit 1 || [ $? = 2 ]
  says "needs the course itself"
done
echo 'All as it should be.'
