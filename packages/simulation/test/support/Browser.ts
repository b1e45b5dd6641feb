/**
 * A real Chromium without a window, to look at pages in. One that is installed is taken where it is found; else, on Linux,
 * the one that comes from npm, which is unpacked into a folder of its own and removed at the end.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core"

const usualPlaces = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
]

/** One that is installed: where a variable says, or where they usually are. */
const installed = (): string | undefined =>
  process.env["CHROME_PATH"] ?? process.env["PUPPETEER_EXECUTABLE_PATH"] ?? usualPlaces.find((path) => existsSync(path))

/**
 * The package unpacks to wherever this process keeps what is temporary, and changes its environment; so it is done by a
 * process of its own, to which that is our folder. It unpacks the libraries that small systems lack only where it takes
 * itself to be on such a system.
 */
const unpack = (folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const program = `import chromium from "@sparticuz/chromium"; process.stdout.write(await chromium.executablePath())`
    const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" }
    const cwd = fileURLToPath(new URL(".", import.meta.url))
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { cwd, env })
    let [path, complaint] = ["", ""]
    child.stdout.on("data", (chunk: Buffer) => path += chunk.toString())
    child.stderr.on("data", (chunk: Buffer) => complaint += chunk.toString())
    child.on("error", reject)
    child.on("close", (code) => code === 0 ? resolve(path) : reject(new Error(complaint)))
  })

/**
 * A system without fonts makes Chromium crash; a font came along. It is named together with those of the system, by a
 * configuration that does not need the system's.
 */
const writeFonts = async (folder: string): Promise<string> => {
  const path = join(folder, "fonts.conf")
  const folders = [join(folder, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"]
  await writeFile(
    path,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${
      folders.map((each) => `<dir>${each}</dir>`).join("")
    }<cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>`
  )
  return path
}

const launch = async (executablePath: string, folder: string): Promise<Browser> => {
  const isOurs = executablePath.startsWith(folder)
  const options: LaunchOptions = {
    executablePath,
    headless: isOurs ? "shell" : true,
    // A pipe, as every test goes without ports.
    pipe: true,
    userDataDir: join(folder, "profile"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"]
  }
  if (!isOurs) return puppeteer.launch(options)
  const env = { ...process.env, HOME: folder, FONTCONFIG_FILE: await writeFonts(folder) }
  // The few libraries that came along are for systems that lack these, and only where the browser does not start.
  return puppeteer.launch({ ...options, env }).catch(() =>
    puppeteer.launch({ ...options, env: { ...env, LD_LIBRARY_PATH: join(folder, "al2023", "lib") } })
  )
}

/** A browser, and what ends it and takes away what it left. */
export interface Opened {
  readonly browser: Browser
  readonly close: () => Promise<void>
}

/** Opens a browser. A system where there is none and none can be unpacked fails here, and says what would help. */
export const open = async (): Promise<Opened> => {
  const folder = await mkdtemp(join(tmpdir(), "parley-browser-"))
  const clean = () => rm(folder, { force: true, recursive: true, maxRetries: 5, retryDelay: 100 })
  try {
    const browser = await launch(installed() ?? await unpack(folder), folder)
    return { browser, close: () => browser.close().finally(clean) }
  } catch (cause) {
    await clean()
    throw new Error("No browser: install Chrome or Chromium, or say in CHROME_PATH where one is", { cause })
  }
}
