# The commands of Windows that the host preparation calls, on a model of a host: a JSON file, read before and written
# after each change. They behave as the real ones where the script depends on it: groups have no English names, the
# firewall gives networks back with masks, a namespace tells its rights in another spelling, errors have numbers.

function ConvertTo-Model($Value) {
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        $table = @{}
        foreach ($property in $Value.PSObject.Properties) { $table[$property.Name] = ConvertTo-Model $property.Value }
        return $table
    }
    if ($Value -is [array]) { return , @(foreach ($item in $Value) { ConvertTo-Model $item }) }
    return $Value
}

$global:model = ConvertTo-Model (ConvertFrom-Json ([IO.File]::ReadAllText($global:modelFile)))
$env:COMPUTERNAME = $model.computer

function Save-Model { [IO.File]::WriteAllText($global:modelFile, (ConvertTo-Json -InputObject $model -Depth 8)) }

class NoNamespace : System.Exception {
    [string] $NativeErrorCode = 'InvalidNamespace'
    NoNamespace() : base('Ungueltiger Namespace') { }
}

# --- Accounts ---

function New-Object {
    param([Parameter(Position = 0)] [string]$TypeName, [object[]]$ArgumentList)
    $principal = $TypeName -match 'NTAccount$|SecurityIdentifier$'
    if (-not $principal) { return & (Get-Command -Name New-Object -CommandType Cmdlet) @PSBoundParameters }
    $asked = [string]$ArgumentList[0]
    foreach ($account in $model.accounts) {
        if (@($account.name, $account.sid, ($account.name -replace ('^{0}\\' -f $model.computer), ''), $account.upn) -contains $asked) {
            $found = [pscustomobject]@{ Name = $account.name; Sid = $account.sid }
            return Add-Member -InputObject $found -MemberType ScriptMethod -Name Translate -PassThru -Value {
                param($To)
                if ("$To" -match 'NTAccount$') { [pscustomobject]@{ Value = $this.Name } } else { [pscustomobject]@{ Value = $this.Sid } }
            }
        }
    }
    throw 'Manche oder alle Identitaetsverweise konnten nicht uebersetzt werden.'
}

if (-not $model.oldWindows) {
    function Get-LocalGroupMember { param([string]$SID) foreach ($member in $model.groups[$SID].members) { [pscustomobject]@{ SID = $member } } }
    function Add-LocalGroupMember {
        param([string]$SID, [string]$Member)
        if ($model.refuses -contains 'groups') { throw 'Zugriff verweigert' }
        $model.groups[$SID].members = @($model.groups[$SID].members) + $Member
        Save-Model
    }
    function Remove-LocalGroupMember {
        param([string]$SID, [string]$Member)
        $model.groups[$SID].members = @($model.groups[$SID].members | Where-Object { $_ -ne $Member })
        Save-Model
    }
}

# Windows Server 2012 R2: groups by net.exe only, which knows them by name, and local accounts without the machine.
if ($model.oldWindows) {
    function net.exe {
        $word, $asked, $account, $verb = $args
        $group = @($model.groups.Values | Where-Object { $_.name -eq $asked })[0]
        $global:LASTEXITCODE = [int](-not $group)
        $names = @{}
        foreach ($known in $model.accounts) { $names[($known.name -replace ('^{0}\\' -f $model.computer), '')] = $known.sid }
        if ($verb -eq '/add') { $group.members = @($group.members) + $names[$account]; Save-Model }
        elseif ($verb -eq '/delete') { $group.members = @($group.members | Where-Object { $_ -ne $names[$account] }); Save-Model }
        else { 'Mitglieder'; '-----'; foreach ($name in $names.Keys) { if ($group.members -contains $names[$name]) { $name } }; 'Der Befehl wurde erfolgreich ausgefuehrt.' }
    }
}

# --- CIM ---

class NamespaceSecurity {
    [string] $Path
    [uint32] InvokeMethod([string]$Method, [object[]]$Arguments) {
        if ($Method -eq 'GetSD') { $Arguments[0] = [Text.Encoding]::UTF8.GetBytes($global:model.namespaces[$this.Path]); return 0 }
        if ($global:model.refuses -contains $this.Path) { return [Convert]::ToUInt32('80041003', 16) }
        $global:model.namespaces[$this.Path] = [Text.Encoding]::UTF8.GetString([byte[]]$Arguments[0])
        Save-Model
        return 0
    }
}
function Get-WmiObject { param([string]$Namespace, [string]$Class) [NamespaceSecurity]@{ Path = $Namespace } }

function Get-CimInstance {
    param([string]$Namespace = 'root/cimv2', [string]$ClassName, [string]$Filter)
    if (-not $model.namespaces.ContainsKey($Namespace)) { throw [NoNamespace]::new() }
    switch ($ClassName) {
        'Win32_Service' { [pscustomobject]$model.service }
        'Win32_ComputerSystem' { [pscustomobject]@{ DNSHostName = $model.computer.ToLowerInvariant(); Domain = 'contoso.com'; PartOfDomain = [bool]$model.inDomain } }
        'Win32_Group' { foreach ($sid in $model.groups.Keys) { if ($Filter -match "SID='$sid'") { [pscustomobject]@{ Name = $model.groups[$sid].name } } } }
    }
}

function Invoke-CimMethod {
    param([string]$ClassName, [string]$MethodName, [hashtable]$Arguments)
    if ($MethodName -eq 'BinarySDToSDDL') { return [pscustomobject]@{ ReturnValue = 0; SDDL = [Text.Encoding]::UTF8.GetString($Arguments.BinarySD) } }
    # Windows spells rights that are more than single bits as a number.
    [pscustomobject]@{ ReturnValue = 0; BinarySD = [Text.Encoding]::UTF8.GetBytes(($Arguments.SDDL -creplace ';CCDCWP;', ';0x23;')) }
}

# --- WinRM and certificates ---

function Set-Service { param([string]$Name, [string]$StartupType) $model.service.StartMode = $StartupType -replace '^Automatic$', 'Auto'; Save-Model }
function Start-Service { param([string]$Name) $model.service.State = 'Running'; Save-Model }
function Stop-Service { param([string]$Name) $model.service.State = 'Stopped'; Save-Model }

function Get-WSManInstance {
    param([string]$ResourceURI, [switch]$Enumerate)
    if ($model.service.State -ne 'Running') { throw 'Der Client kann keine Verbindung herstellen.' }
    foreach ($listener in $model.listeners) {
        $usual = @{ Enabled = 'true'; Port = '5985' }
        if ($listener.Transport -eq 'HTTPS') { $usual.Port = '5986' }
        foreach ($key in $listener.Keys) { $usual[$key] = $listener[$key] }
        [pscustomobject]$usual
    }
}
function New-WSManInstance {
    param([string]$ResourceURI, [hashtable]$SelectorSet, [hashtable]$ValueSet)
    $model.listeners = @($model.listeners) + @{ Address = '*'; Transport = $SelectorSet.Transport; Hostname = [string]$ValueSet.Hostname; CertificateThumbprint = [string]$ValueSet.CertificateThumbprint }
    Save-Model
}
function Set-WSManInstance {
    param([string]$ResourceURI, [hashtable]$SelectorSet, [hashtable]$ValueSet)
    foreach ($listener in $model.listeners) { if ($listener.Transport -eq $SelectorSet.Transport) { $listener.CertificateThumbprint = $ValueSet.CertificateThumbprint } }
    Save-Model
}
function Remove-WSManInstance {
    param([string]$ResourceURI, [hashtable]$SelectorSet)
    $model.listeners = @($model.listeners | Where-Object { $_.Transport -ne $SelectorSet.Transport })
    Save-Model
}

function Get-ChildItem {
    param([string]$Path)
    foreach ($stored in $model.certificates) {
        $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($stored.der))
        Add-Member -InputObject $certificate -MemberType NoteProperty -Name HasPrivateKey -Value ([bool]$stored.hasKey) -Force -PassThru
    }
}
function New-SelfSignedCertificate {
    param([string[]]$DnsName, [string]$CertStoreLocation, [DateTime]$NotAfter, [string]$KeyExportPolicy)
    $model.certificates = @($model.certificates) + @{ der = $model.nextCertificate; hasKey = $true }
    Save-Model
    return @(Get-ChildItem)[-1]
}

# --- Firewall ---

function Get-NetFirewallRule { [CmdletBinding()] param([string]$Name) foreach ($rule in $model.rules) { if ($rule.Name -eq $Name) { [pscustomobject]$rule } } }
function Get-NetFirewallAddressFilter { param($AssociatedNetFirewallRule) [pscustomobject]@{ RemoteAddress = $AssociatedNetFirewallRule.RemoteAddress } }
function Get-WithMask([string[]]$Address) { @($Address | ForEach-Object { $_ -replace '/24$', '/255.255.255.0' -replace '/16$', '/255.255.0.0' }) }
function New-NetFirewallRule {
    param([string]$Name, [string]$DisplayName, [string]$Direction, [string]$Protocol, [string]$LocalPort, [string[]]$RemoteAddress, [string]$Action, [string]$Profile)
    $model.rules = @($model.rules) + @{ Name = $Name; Direction = $Direction; Protocol = $Protocol; LocalPort = $LocalPort; RemoteAddress = @(Get-WithMask $RemoteAddress); Action = $Action; Enabled = 'True' }
    Save-Model
}
function Set-NetFirewallRule {
    param([string]$Name, [string[]]$RemoteAddress, [string]$Action, [string]$Enabled)
    foreach ($rule in $model.rules) { if ($rule.Name -eq $Name) { $rule.RemoteAddress = @(Get-WithMask $RemoteAddress); $rule.Action = $Action; $rule.Enabled = $Enabled } }
    Save-Model
}
function Remove-NetFirewallRule { param([string]$Name) $model.rules = @($model.rules | Where-Object { $_.Name -ne $Name }); Save-Model }

# --- Cluster ---

if ($model.cluster) {
    function Get-ClusterAccess { foreach ($user in $model.cluster.readers) { [pscustomobject]@{ IdentityReference = $user; AccessControlType = 'Allow'; ClusterRights = 'Read' } } }
    function Grant-ClusterAccess { param([string]$User, [switch]$ReadOnly) $model.cluster.readers = @($model.cluster.readers) + $User; Save-Model }
    function Remove-ClusterAccess { param([string]$User) $model.cluster.readers = @($model.cluster.readers | Where-Object { $_ -ne $User }); Save-Model }
}

# --- Registry ---

function Test-Path { param([string]$LiteralPath) $null -ne $model.registry[$LiteralPath] }
# As with -Force: the keys between are made too.
function New-Item {
    param([string]$Path, [switch]$Force)
    $made = 'HKLM:\SOFTWARE'
    foreach ($name in ($Path.Substring($made.Length + 1) -split '\\')) {
        $made = "$made\$name"
        if (-not $model.registry.ContainsKey($made)) { $model.registry[$made] = @{} }
    }
    Save-Model
}
function Get-ItemProperty { param([string]$LiteralPath) [pscustomobject](@{ PSPath = $LiteralPath } + $model.registry[$LiteralPath]) }
function New-ItemProperty { param([string]$LiteralPath, [string]$Name, [string]$Value, [string]$PropertyType, [switch]$Force) $model.registry[$LiteralPath][$Name] = $Value; Save-Model }
function Remove-ItemProperty { param([string]$LiteralPath, [string]$Name) $model.registry[$LiteralPath].Remove($Name); Save-Model }
function Remove-Item {
    param([string]$Path, [string]$LiteralPath, [switch]$DeleteKey)
    # A certificate leaves its private key behind unless that is said.
    if (-not $LiteralPath -and -not $DeleteKey) { $model.keysLeft = @($model.keysLeft | Where-Object { $_ }) + $Path }
    if ($LiteralPath) { $model.registry.Remove($LiteralPath) }
    else {
        $kept = @(Get-ChildItem | Where-Object { $Path -notlike "*\$($_.Thumbprint)" } | ForEach-Object { [Convert]::ToBase64String($_.RawData) })
        $model.certificates = @($model.certificates | Where-Object { $kept -contains $_.der })
    }
    Save-Model
}
