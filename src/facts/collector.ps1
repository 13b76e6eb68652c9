# Hyper-V RVTools Exporter: the collector script.
#
# It only reads: CIM classes (Get-CimClass, Get-CimInstance), what their methods tell (Invoke-CimMethod; all are named
# Get...) and what the requested script blocks read. It writes nothing to the host's disk and changes nothing but its own
# process priority. It arrives over stdin, after one line that sets $InventoryRequest, and answers in frames on stdout:
# script-protocol.ts describes both.
#
# Windows PowerShell 4.0 syntax, ASCII only. Numbers and dates are written with the invariant culture, errors are told
# apart by number and type and never by their (localised) text.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'

try {
    [Diagnostics.Process]::GetCurrentProcess().PriorityClass = 'BelowNormal'
} catch {
    # A host that does not allow it is read at normal priority.
}

$invariant = [Globalization.CultureInfo]::InvariantCulture
$request = ConvertFrom-Json -InputObject $InventoryRequest
$flushBytes = [int]$request.flushBytes
$flushMs = [int]$request.flushMs
$operationTimeoutSec = [int]$request.operationTimeoutSec
$inputTimeoutSec = [int]$request.inputTimeoutSec
$scriptClock = [Diagnostics.Stopwatch]::StartNew()
# What the facts that others take their inputs from gave, by the fact's name.
$sources = @{}
foreach ($fact in @($request.facts)) {
    if ($null -eq $fact.PSObject.Properties['inputs']) { continue }
    foreach ($origin in @($fact.inputs.from)) { $sources[$origin.fact] = $null }
}
$stdout = [Console]::Out
# Not SHA256.Create(): on .NET Framework that is the managed class, which a FIPS policy forbids.
$sha256 = New-Object Security.Cryptography.SHA256CryptoServiceProvider
$outsideJson = [regex]'[^\x20-\x7e]'
$frame = @{ Sequence = 0; Messages = New-Object Text.StringBuilder; Clock = [Diagnostics.Stopwatch]::StartNew() }

function Send-Frame {
    if ($frame.Messages.Length -eq 0) { return }
    $bytes = [Text.Encoding]::ASCII.GetBytes('{"messages":[' + $frame.Messages.ToString() + ']}')
    $memory = New-Object IO.MemoryStream
    $gzip = New-Object IO.Compression.GZipStream($memory, [IO.Compression.CompressionMode]::Compress)
    $gzip.Write($bytes, 0, $bytes.Length)
    $gzip.Close()
    $base64 = [Convert]::ToBase64String($memory.ToArray())
    $hash = [BitConverter]::ToString($sha256.ComputeHash([Text.Encoding]::ASCII.GetBytes($base64))).Replace('-', '').ToLowerInvariant()
    $frame.Sequence++
    # One write, so that nothing else on stdout can fall in between.
    $stdout.Write('HVR1 ' + $frame.Sequence.ToString($invariant) + ' ' + $base64.Length.ToString($invariant) + ' ' + $hash + "`n" + $base64 + "`n")
    $stdout.Flush()
    [void]$frame.Messages.Remove(0, $frame.Messages.Length)
    $frame.Clock.Restart()
}

function Add-Message([string]$json) {
    if ($frame.Messages.Length -gt 0) { [void]$frame.Messages.Append(',') }
    [void]$frame.Messages.Append($json)
    if ($frame.Messages.Length -ge $flushBytes -or $frame.Clock.ElapsedMilliseconds -ge $flushMs) { Send-Frame }
}

# Escapes what JSON or ASCII has no plain form for; quotes and backslashes are already escaped.
function Protect-Text([string]$text) {
    $safe = New-Object Text.StringBuilder
    foreach ($character in $text.ToCharArray()) {
        $code = [int]$character
        if ($code -ge 32 -and $code -le 126) { [void]$safe.Append($character) }
        else { [void]$safe.Append('\u').Append($code.ToString('x4', $invariant)) }
    }
    $safe.ToString()
}

function ConvertTo-JsonText([string]$text) {
    $text = $text.Replace('\', '\\').Replace('"', '\"')
    if ($outsideJson.IsMatch($text)) { $text = Protect-Text $text }
    '"' + $text + '"'
}

# The canonical text of a datetime, as fact.ts has it.
function ConvertTo-UtcText([DateTime]$value) {
    $value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", $invariant)
}

# A value inside a reference or an embedded object; $null for what has no text.
function ConvertTo-InnerText($value) {
    if ($null -eq $value) { return $null }
    if ($value -is [string]) { return $value }
    if ($value -is [bool]) { return $value.ToString().ToLowerInvariant() }
    if ($value -is [DateTime]) { return ConvertTo-UtcText $value }
    if ($value -is [Array]) {
        $texts = foreach ($element in $value) { ConvertTo-InnerText $element }
        return (@($texts) -join "`n")
    }
    if ($value -is [char]) { return [string]$value }
    if ($value -is [IFormattable] -and $value -is [ValueType]) { return $value.ToString($null, $invariant) }
    $null
}

# Keys of a referenced object, properties of an embedded one: name to text, without nulls.
function ConvertTo-JsonObject($instance) {
    $members = New-Object Collections.ArrayList
    foreach ($property in $instance.CimInstanceProperties) {
        $text = ConvertTo-InnerText $property.Value
        if ($null -ne $text) { [void]$members.Add((ConvertTo-JsonText $property.Name) + ':' + (ConvertTo-JsonText $text)) }
    }
    '{' + ($members -join ',') + '}'
}

# Every type but the most frequent ones, which the row loop writes itself.
function ConvertTo-JsonValue($value, [string]$type) {
    if ($type.EndsWith('[]')) {
        $elementType = $type.Substring(0, $type.Length - 2)
        $elements = New-Object Collections.ArrayList
        foreach ($element in $value) {
            if ($null -ne $element) { [void]$elements.Add((ConvertTo-JsonValue $element $elementType)) }
        }
        return '[' + ($elements -join ',') + ']'
    }
    if ($type -eq 'string') { return ConvertTo-JsonText ([string]$value) }
    if ($type -eq 'boolean') { if ($value) { return 'true' } else { return 'false' } }
    if ($type -eq 'datetime') { return '"' + (ConvertTo-UtcText $value) + '"' }
    if ($type -eq 'interval') {
        $ticks = ([TimeSpan]$value).Ticks
        return (($ticks - $ticks % 10000) / 10000).ToString($invariant)
    }
    if ($type -eq 'reference' -or $type -eq 'instance') { return ConvertTo-JsonObject $value }
    if ($type -eq 'uint64' -or $type -eq 'sint64') { return '"' + $value.ToString($invariant) + '"' }
    $value.ToString($invariant)
}

# Everything about an error that does not depend on the host's language.
function Get-ErrorMark($failure) {
    $marks = @([string]$failure.FullyQualifiedErrorId, [string]$failure.CategoryInfo.Category)
    $exception = $failure.Exception
    while ($null -ne $exception) {
        $marks += $exception.GetType().Name, [string]$exception.NativeErrorCode, [string]$exception.MessageId
        $marks += '0x{0:x8}' -f $exception.HResult
        if ($null -ne $exception.StatusCode) { $marks += '0x{0:x8}' -f $exception.StatusCode }
        $exception = $exception.InnerException
    }
    $marks -join ' '
}

# WBEM_E_INVALID_CLASS, WBEM_E_INVALID_NAMESPACE, WBEM_E_NOT_FOUND; WBEM_E_NOT_SUPPORTED, of a driver's class without
# an instance; a registry key or path that is not there.
$markOfAbsent = '\b(InvalidClass|InvalidNamespace|NotSupported|ItemNotFoundException)\b|0x(80041010|8004100e|80041002|8004100c)'
# WBEM_E_ACCESS_DENIED, E_ACCESSDENIED.
$markOfDenied = '\b(AccessDenied|PermissionDenied|UnauthorizedAccessException|SecurityException)\b|0x(80041003|80070005)'
# WBEM_E_TIMED_OUT, the WS-Management time-out, ERROR_TIMEOUT.
$markOfTimeout = '\b(OperationTimeout|TimeoutException)\b|0x(80041069|80338029|800705b4)'

function Add-Failure($fact, $failure, [long]$elapsedMs) {
    $mark = Get-ErrorMark $failure
    $name = ConvertTo-JsonText $fact.name
    $message = ConvertTo-JsonText $failure.Exception.Message
    if ($mark -match $markOfAbsent -and $fact.mayBeAbsent) {
        Add-Message ('{"kind":"absent","name":' + $name + ',"message":' + $message + '}')
        return
    }
    $code = 'factFailed'
    if ($mark -match $markOfDenied) { $code = 'factDenied' }
    # Whatever a provider says once its time is over, the time is the reason.
    elseif ($mark -match $markOfTimeout -or $elapsedMs -ge 1000 * $operationTimeoutSec) { $code = 'factTimedOut' }
    Add-Message ('{"kind":"failed","name":' + $name + ',"code":"' + $code + '","message":' + $message + '}')
}

function Get-ListedItem($fact, [string[]]$names) {
    $arguments = @{ Namespace = $fact.namespace; ClassName = $fact.className; OperationTimeoutSec = $operationTimeoutSec }
    if ($null -ne $fact.PSObject.Properties['select'] -and $fact.PSObject.Properties['select'].Value -eq 'listed') {
        # One property that this Windows lacks would fail the whole query.
        $class = Get-CimClass @arguments
        $arguments.Property = @(foreach ($property in $class.CimClassProperties) { if ($names -contains $property.Name) { $property.Name } })
    }
    if ($null -ne $fact.PSObject.Properties['where']) { $arguments.Filter = $fact.PSObject.Properties['where'].Value }
    Get-CimInstance @arguments
}

# The only instance of a class of services.
function Get-Service([string]$namespace, [string]$className) {
    $services = @(Get-CimInstance -Namespace $namespace -ClassName $className -OperationTimeoutSec $operationTimeoutSec)
    if ($services.Length -eq 0) { throw "There is no instance of $className" }
    $services[0]
}

# The same instances by a method, where the class cannot be listed.
function Get-ItemByMethod($fact, $listing) {
    $parameters = @{}
    foreach ($parameter in $listing.parameters.PSObject.Properties) { $parameters[$parameter.Name] = [uint32[]]@($parameter.Value) }
    $service = Get-Service $fact.namespace $listing.className
    $answer = Invoke-CimMethod -InputObject $service -MethodName $listing.method -Arguments $parameters -OperationTimeoutSec $operationTimeoutSec
    if ($answer.ReturnValue -ne 0) { throw ($listing.method + ' returned ' + $answer.ReturnValue) }
    $answer.($listing.result)
}

function Get-FactItem($fact, [string[]]$names) {
    if ($null -ne $fact.PSObject.Properties['script']) { return & ([ScriptBlock]::Create($fact.script)) }
    if ($null -eq $fact.PSObject.Properties['orMethod']) { return Get-ListedItem $fact $names }
    $listed = $null
    $refusal = $null
    try {
        $listed = @(Get-ListedItem $fact $names)
    } catch {
        $refusal = $_
    }
    if ($null -eq $refusal) { return $listed }
    if ((Get-ErrorMark $refusal) -match "$markOfDenied|$markOfTimeout") { throw $refusal }
    try {
        $listed = @(Get-ItemByMethod $fact $fact.orMethod)
    } catch {
        # Why the class could not be listed is the better reason.
        throw $refusal
    }
    $listed
}

# Registry values by StdRegProv: what it answers does not depend on the bitness of this process.
function Get-RegistryRow($fact) {
    $row = @{}
    foreach ($property in $fact.properties.PSObject.Properties) {
        $method = 'GetStringValue'
        $result = 'sValue'
        if ($property.Value -eq 'uint32') {
            $method = 'GetDWORDValue'
            $result = 'uValue'
        }
        # HKEY_LOCAL_MACHINE
        $parameters = @{ hDefKey = [uint32]2147483650; sSubKeyName = [string]$fact.registryKey; sValueName = [string]$property.Name }
        $answer = Invoke-CimMethod -Namespace 'root/cimv2' -ClassName 'StdRegProv' -MethodName $method -Arguments $parameters -OperationTimeoutSec $operationTimeoutSec
        if ($answer.ReturnValue -eq 0) { $row[$property.Name] = $answer.$result }
        elseif ($answer.ReturnValue -eq 5) { throw (New-Object UnauthorizedAccessException ($method + ' returned 5')) }
        # ERROR_FILE_NOT_FOUND: the key or the value is not there.
        elseif ($answer.ReturnValue -ne 2) { throw ($method + ' returned ' + $answer.ReturnValue) }
    }
    if ($row.Keys.Count -eq 0) { throw (New-Object Management.Automation.ItemNotFoundException 'The registry holds none of these values.') }
    $row
}

# A text of a row of a source: of an array the first.
function Get-SourceText($item, [string]$name) {
    $value = $null
    if ($item -is [Collections.IDictionary]) { $value = $item[$name] }
    else {
        $property = $item.CimInstanceProperties[$name]
        if ($null -ne $property) { $value = $property.Value }
    }
    if ($value -is [Array]) { $value = $value[0] }
    if ($null -eq $value) { return $null }
    [string]$value
}

# True where a row has what the inputs are to be taken from.
function Test-Source($item, $where) {
    foreach ($condition in $where.PSObject.Properties) {
        $text = Get-SourceText $item $condition.Name
        if ($null -eq $condition.Value) { if ($null -ne $text) { return $false } }
        elseif ($null -eq $text -or -not $text.Equals([string]$condition.Value, [StringComparison]::OrdinalIgnoreCase)) { return $false }
    }
    $true
}

# A folder's path, as folder-path.ts has it; $null for what is no absolute path.
function Get-FolderPath([string]$path) {
    $plain = $path.Trim().Replace('/', '\') -replace '^\\\\\?\\UNC\\', '\\' -replace '^\\\\\?\\(?=[A-Z]:)', ''
    $plain = $plain.TrimEnd('\')
    if ($plain -notmatch '^([A-Z]:(\\|$)|\\\\[^\\]+\\[^\\]+)') { return $null }
    if ($plain -match '^[A-Z]:$') { return $plain + '\' }
    $plain
}

# The input that a row of a source names, as its origin has it; $null where it names none.
function Get-NamedInput($item, $origin) {
    $text = Get-SourceText $item $origin.property
    if (-not $text -or $null -eq $origin.PSObject.Properties['as']) { return $text }
    if ($origin.PSObject.Properties['as'].Value -eq 'folderOfFile') { $text = $text.Replace('/', '\') -replace '[^\\]*$', '' }
    Get-FolderPath $text
}

# Calls a method for one input. Xml: the instance it told. Mark: why it told none, in words that are no language's:
# 'return <number>', 'job <number>', 'timedOut', or 'error' and the marks of an error.
function Invoke-Input($service, $fact, [string]$text) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    try {
        $parameters = @{}
        $parameters[[string]$fact.parameter] = $text
        # The answer that comes with a job may be empty; a second call finds the work done.
        foreach ($attempt in 1, 2) {
            $answer = Invoke-CimMethod -InputObject $service -MethodName $fact.method -Arguments $parameters -OperationTimeoutSec $inputTimeoutSec
            $xml = [string]$answer.($fact.result)
            if ($answer.ReturnValue -ne 4096) {
                if ($answer.ReturnValue -eq 0 -and $xml -ne '') { return @{ Xml = $xml } }
                return @{ Mark = 'return ' + $answer.ReturnValue.ToString($invariant) }
            }
            do {
                if ($clock.ElapsedMilliseconds -ge 1000 * $inputTimeoutSec) { return @{ Mark = 'timedOut' } }
                $job = (Get-CimInstance -InputObject $answer.Job -OperationTimeoutSec $inputTimeoutSec).CimInstanceProperties
                $state = [int]$job['JobState'].Value
                # 7 completed, 32768 completed with warnings; below 7 it is under way.
                if ($state -lt 7) { [Threading.Thread]::Sleep(100) }
            } while ($state -lt 7)
            if ($state -ne 7 -and $state -ne 32768) {
                return @{ Mark = 'job ' + ([int]$job['ErrorCode'].Value).ToString($invariant); Text = [string]$job['ErrorDescription'].Value }
            }
            if ($xml -ne '') { return @{ Xml = $xml } }
        }
        return @{ Mark = 'job 0' }
    } catch {
        $mark = 'error ' + (Get-ErrorMark $_)
        # Whatever a provider says once its time is over, the time is the reason.
        if ($clock.ElapsedMilliseconds -ge 1000 * $inputTimeoutSec) { $mark = 'timedOut' }
        return @{ Mark = $mark; Text = $_.Exception.Message }
    }
}

# Runs the script block of a fact for one input. Row: what it told. Mark: why it told nothing.
function Invoke-InputBlock($block, [string]$text, $state) {
    try {
        return @{ Row = (& $block $text $state) }
    } catch {
        return @{ Mark = 'error ' + (Get-ErrorMark $_); Text = $_.Exception.Message }
    }
}

# The properties of an instance in CIM-XML, name to text.
function ConvertFrom-CimXml([string]$text) {
    $found = @{}
    foreach ($node in ([xml]$text).DocumentElement.ChildNodes) {
        if ($node.LocalName -ne 'PROPERTY') { continue }
        $value = $node.SelectSingleNode('VALUE')
        if ($null -ne $value) { $found[$node.GetAttribute('NAME')] = $value.InnerText }
    }
    $found
}

# A text, an array of texts, or nothing.
function ConvertTo-JsonCell($cell) {
    if ($null -eq $cell) { return 'null' }
    if ($cell -is [Array]) { return '[' + (@(foreach ($text in $cell) { ConvertTo-JsonText ([string]$text) }) -join ',') + ']' }
    ConvertTo-JsonText ([string]$cell)
}

$remotePath = [regex]'(?i)^\\\\(\?\\UNC\\|(?![.?]\\))'
$inputsPerMessage = 8

# One row per input; those on other machines last, since they hang most easily. What is not answered when the time for
# this fact is over stays unsaid, and so does a fact whose source failed: whoever asked knows, and may ask again.
function Add-InputFact($fact) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $inputs = $fact.inputs
    $isGiven = $null -ne $inputs.PSObject.Properties['given']
    $told = New-Object Collections.ArrayList
    $found = New-Object Collections.ArrayList
    $hasSource = $false
    foreach ($origin in @($inputs.from)) {
        if ($null -eq $sources[$origin.fact]) { continue }
        $hasSource = $true
        foreach ($item in $sources[$origin.fact]) {
            if ($null -ne $item -and (Test-Source $item $origin.where)) { [void]$found.Add((Get-NamedInput $item $origin)) }
        }
    }
    if (-not $hasSource -and -not $isGiven) { return }
    $left = [int]::MaxValue
    if ($null -ne $inputs.PSObject.Properties['limit']) { $left = [int]$inputs.PSObject.Properties['limit'].Value }
    $names = @(foreach ($property in $fact.properties.PSObject.Properties) { $property.Name })
    $head = '{"kind":"fact","name":' + (ConvertTo-JsonText $fact.name) + ',"properties":[' + (@(foreach ($name in $names) { ConvertTo-JsonText $name }) -join ',') + '],"rows":['
    $seen = New-Object 'Collections.Generic.HashSet[string]' ([StringComparer]::OrdinalIgnoreCase)
    $near = New-Object Collections.Queue
    $far = New-Object Collections.Queue
    $given = @()
    if ($isGiven) {
        foreach ($text in @($inputs.known)) { if ($seen.Add([string]$text)) { $left-- } }
        $given = @($inputs.given)
    }
    foreach ($text in $given + $found.ToArray()) {
        if (-not $text -or -not $seen.Add([string]$text)) { continue }
        if ($remotePath.IsMatch($text)) { $far.Enqueue([string]$text) } else { $near.Enqueue([string]$text) }
    }
    $rows = New-Object Text.StringBuilder
    $inMessage = 0
    $part = 0
    $service = $null
    $block = $null
    $state = @{}
    try {
        if ($null -ne $fact.PSObject.Properties['script']) { $block = [ScriptBlock]::Create($fact.script) }
        while ($left -gt 0 -and $near.Count + $far.Count -gt 0 -and $scriptClock.ElapsedMilliseconds -lt $fact.untilMs) {
            if ($near.Count -gt 0) { $text = $near.Dequeue() } else { $text = $far.Dequeue() }
            $left--
            if ($null -eq $block -and $null -eq $service) { $service = Get-Service $fact.namespace $fact.className }
            if ($request.flushEach) {
                Add-Message ('{"kind":"asking","name":' + (ConvertTo-JsonText $fact.name) + ',"input":' + (ConvertTo-JsonText $text) + '}')
                Send-Frame
            }
            if ($null -ne $block) { $answer = Invoke-InputBlock $block $text $state } else { $answer = Invoke-Input $service $fact $text }
            $row = @{}
            if ($null -ne $answer.Row) { $row = $answer.Row }
            elseif ($null -ne $answer.Xml) {
                try {
                    $row = ConvertFrom-CimXml $answer.Xml
                } catch {
                    $answer.Mark = 'error ' + (Get-ErrorMark $_)
                    $answer.Text = $_.Exception.Message
                }
            }
            $row['Input'] = $text
            $row['ErrorCode'] = $answer.Mark
            $row['ErrorText'] = $answer.Text
            [void]$told.Add($row)
            if ($null -ne $inputs.PSObject.Properties['follow']) {
                foreach ($next in @($row[[string]$inputs.PSObject.Properties['follow'].Value])) {
                    if (-not $next -or -not $seen.Add([string]$next)) { continue }
                    if ($remotePath.IsMatch($next)) { $far.Enqueue([string]$next) } else { $near.Enqueue([string]$next) }
                }
            }
            if ($rows.Length -gt 0) { [void]$rows.Append(',') }
            $cells = @(foreach ($name in $names) { ConvertTo-JsonCell $row[$name] })
            [void]$rows.Append('[').Append($cells -join ',').Append(']')
            $inMessage++
            if ($inMessage -ge $inputsPerMessage -or $frame.Clock.ElapsedMilliseconds -ge $flushMs -or $request.flushEach) {
                Add-Message ($head + $rows.ToString() + '],"part":' + $part.ToString($invariant) + ',"more":true,"ms":' + $clock.ElapsedMilliseconds.ToString($invariant) + '}')
                [void]$rows.Remove(0, $rows.Length)
                $inMessage = 0
                $part++
            }
        }
        Add-Message ($head + $rows.ToString() + '],"part":' + $part.ToString($invariant) + ',"more":false,"ms":' + $clock.ElapsedMilliseconds.ToString($invariant) + '}')
        if ($sources.ContainsKey($fact.name)) { $sources[$fact.name] = $told.ToArray() }
    } catch {
        Add-Failure $fact $_ $clock.ElapsedMilliseconds
    }
}

function Add-Fact($fact) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $names = @(foreach ($property in $fact.properties.PSObject.Properties) { $property.Name })
    $types = @(foreach ($property in $fact.properties.PSObject.Properties) { $property.Value })
    $count = $names.Length
    $isRegistry = $null -ne $fact.PSObject.Properties['registryKey']
    $isScript = $isRegistry -or $null -ne $fact.PSObject.Properties['script']
    $isSource = $sources.ContainsKey($fact.name)
    $told = New-Object Collections.ArrayList
    $head = '{"kind":"fact","name":' + (ConvertTo-JsonText $fact.name) + ',"properties":[' + (@(foreach ($name in $names) { ConvertTo-JsonText $name }) -join ',') + '],"rows":['
    $rows = New-Object Text.StringBuilder
    $part = @{ Number = 0 }
    try {
        & { if ($isRegistry) { Get-RegistryRow $fact } else { Get-FactItem $fact $names } } | ForEach-Object {
            $item = $_
            # A class answers for its subclasses too; their instances are not what was asked for.
            if ($null -eq $item -or (-not $isScript -and $item.CimSystemProperties.ClassName -ne $fact.className)) { return }
            if ($isSource) { [void]$told.Add($item) }
            if ($rows.Length -ge $flushBytes) {
                Add-Message ($head + $rows.ToString() + '],"part":' + $part.Number + ',"more":true,"ms":' + $clock.ElapsedMilliseconds.ToString($invariant) + '}')
                $part.Number++
                [void]$rows.Remove(0, $rows.Length)
            }
            if ($rows.Length -gt 0) { [void]$rows.Append(',') }
            [void]$rows.Append('[')
            for ($index = 0; $index -lt $count; $index++) {
                if ($index -gt 0) { [void]$rows.Append(',') }
                $declared = $types[$index]
                $value = $null
                if (-not $isScript) {
                    $property = $item.CimInstanceProperties[$names[$index]]
                    if ($null -ne $property) { $value = $property.Value }
                }
                elseif ($item -is [Collections.IDictionary]) { $value = $item[$names[$index]] }
                else {
                    $property = $item.PSObject.Properties[$names[$index]]
                    if ($null -ne $property) { $value = $property.Value }
                }
                if ($null -eq $value) {
                    if ($declared.EndsWith('[]')) { [void]$rows.Append('[]') } else { [void]$rows.Append('null') }
                }
                elseif ($declared -eq 'string' -and $value -is [string]) {
                    $text = $value.Replace('\', '\\').Replace('"', '\"')
                    if ($outsideJson.IsMatch($text)) { $text = Protect-Text $text }
                    [void]$rows.Append('"').Append($text).Append('"')
                }
                elseif ($declared -eq 'uint16' -or $declared -eq 'uint32') { [void]$rows.Append($value.ToString($invariant)) }
                else { [void]$rows.Append((ConvertTo-JsonValue $value $declared)) }
            }
            [void]$rows.Append(']')
        }
        Add-Message ($head + $rows.ToString() + '],"part":' + $part.Number + ',"more":false,"ms":' + $clock.ElapsedMilliseconds.ToString($invariant) + '}')
        if ($isSource) { $sources[$fact.name] = $told.ToArray() }
    } catch {
        Add-Failure $fact $_ $clock.ElapsedMilliseconds
    }
}

Add-Message ('{"kind":"hello","powershell":' + (ConvertTo-JsonText $PSVersionTable.PSVersion) + ',"languageMode":' + (ConvertTo-JsonText $ExecutionContext.SessionState.LanguageMode) + ',"culture":' + (ConvertTo-JsonText ([Globalization.CultureInfo]::CurrentCulture.Name)) + '}')
# A script whose first fact hangs is told from a PowerShell that does not start. Only where every frame is sent at once:
# one more frame is one more request.
if ($request.flushEach) { Send-Frame }
$asked = 0
foreach ($fact in @($request.facts)) {
    if ($fact.slow) { Send-Frame }
    if ($null -ne $fact.PSObject.Properties['inputs']) { Add-InputFact $fact } else { Add-Fact $fact }
    $asked++
    if ($request.flushEach) { Send-Frame }
}
Add-Message ('{"kind":"end","facts":' + $asked.ToString($invariant) + '}')
Send-Frame
exit 0
