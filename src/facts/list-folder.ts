/** Most files that are listed of one folder. */
export const filesOfFolder = 2_000;
/** Most files that are listed in one run of the script. */
export const filesOfHost = 20_000;
/** Most folders that are looked at on one host. */
export const foldersOfHost = 4_000;
/** Folders whose path has more parts than this, the drive or server included, are not looked at. */
export const partsOfPath = 10;
/** The folders that Hyper-V makes: at the root of a volume or share no others are looked at. */
export const hyperVFolders = ['Virtual Machines', 'Virtual Hard Disks', 'Snapshots'] as const;

/**
 * Lists one folder without what lies in its folders; those are inputs of their own. Never a whole volume: at the root of
 * a volume or share only Hyper-V's own folders are gone into, and nowhere a link or a mount point. What is beyond a limit
 * is counted. Where a server was waited for in vain, a quarter of the time for an input, its other folders are given up.
 */
export const listFolder = String.raw`
param($path, $state)
$server = ''
if ($path.StartsWith('\\')) { $server = '\\' + $path.Split('\')[2] }
if ($server -ne '' -and $state.ContainsKey($server)) { throw (New-Object TimeoutException 'Its server did not answer before.') }
$clock = [Diagnostics.Stopwatch]::StartNew()
$isRoot = $path -match '^([A-Z]:\\?|[A-Z]:\\ClusterStorage\\[^\\]+|\\\\[^\\]+\\[^\\]+)$'
$base = $path.TrimEnd('\')
$parts = @($base.Split('\') | Where-Object { $_ -ne '' }).Length
$names = New-Object Collections.ArrayList
$sizes = New-Object Collections.ArrayList
$times = New-Object Collections.ArrayList
$folders = New-Object Collections.ArrayList
$filesLeftOut = 0
$foldersLeftOut = 0
try { Get-ChildItem -LiteralPath $path -Force | ForEach-Object {
    if ($_.PSIsContainer) {
        $isLink = ($_.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0
        if ($isLink -or ($isRoot -and @(${hyperVFolders.map((name) => `'${name}'`).join(', ')}) -notcontains $_.Name)) { return }
        if ($parts -ge ${partsOfPath}) { $foldersLeftOut++ } else { [void]$folders.Add($base + '\' + $_.Name) }
        return
    }
    if ($names.Count -ge ${filesOfFolder} -or $state.Files -ge ${filesOfHost}) {
        $filesLeftOut++
        return
    }
    [void]$names.Add($_.Name)
    [void]$sizes.Add(([long]$_.PSObject.Properties['Length'].Value).ToString($invariant))
    [void]$times.Add($_.LastWriteTimeUtc.ToString('yyyy-MM-ddTHH:mm:ss.ffffff', $invariant) + 'Z')
    $state.Files++
} } catch {
    # One wait for a server that is gone is enough.
    if ($server -ne '' -and $clock.ElapsedMilliseconds -ge 250 * $inputTimeoutSec) { $state[$server] = $true }
    throw
}
@{
    FileNames = $names.ToArray()
    FileSizes = $sizes.ToArray()
    FileTimes = $times.ToArray()
    Folders = $folders.ToArray()
    FilesLeftOut = $filesLeftOut.ToString($invariant)
    FoldersLeftOut = $foldersLeftOut.ToString($invariant)
}
`;
