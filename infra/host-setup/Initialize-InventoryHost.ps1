#Requires -Version 4.0
#Requires -RunAsAdministrator
<#
.SYNOPSIS
Prepares a Hyper-V host to be inventoried over WinRM by an account that is no administrator.

.DESCRIPTION
Looks at what an inventory needs, and with -Apply sets what is missing:

  WinRM     the service runs and starts by itself; a listener for https (or http, with -Transport Http)
  TLS       the listener's certificate: there, valid, strong, with its private key
  Port      a firewall rule that lets only -RemoteAddress through
  Logon     the account is a member of Remote Management Users
  Hyper-V   the account is a member of Hyper-V Administrators
  and the right to read each CIM namespace (Enable, Remote Enable, and Execute Methods where methods are called),
  and on a node of a cluster the right to read that

Without -Apply or -Undo it changes nothing and prints what is missing, in the words of the exporter's doctor. What it
sets it writes down under HKLM:\SOFTWARE\hyperv-rvtools-host-setup, so that -Undo takes back that and nothing else.
It never asks for, takes or prints a password, allows no unencrypted messages, and makes a self-signed certificate
only where -SelfSigned says so. Run again, it changes nothing that fits already.

Runs in Windows PowerShell 4.0 and 5.1, on Server Core too, by hand as administrator or as a start-up script of a group
policy. Exit code 0: nothing is missing. 3: something is. 2: there is no such account. 1: anything else.

.PARAMETER Check
Changes nothing. This is the default.

.PARAMETER Apply
Sets what is missing. With -WhatIf it only says what it would set.

.PARAMETER Undo
Takes back what earlier runs with -Apply set. With -Account only that account's rights; listener, certificate, firewall
rule and service stay.

.PARAMETER Account
Who inventories: DOMAIN\user, user@domain, DOMAIN\group, or a local account's name.

.PARAMETER RemoteAddress
Who may reach the port: addresses, networks (10.0.0.0/24) or LocalSubnet. The machine with the exporter, with the Hybrid
Connection Manager, or with the proxy. Never everybody.

.PARAMETER Transport
Https (default), or Http: there NTLM seals the messages, and no certificate is needed.

.PARAMETER CertificateThumbprint
The certificate for https, out of Cert:\LocalMachine\My.

.PARAMETER CertificateTemplate
Or: the newest one of this template (name or object identifier).

.PARAMETER CertificateSubject
Or: the newest one for this DNS name. Default: this machine's full name, and only one that a CA has issued.

.PARAMETER SelfSigned
Makes a self-signed certificate where none fits. The exporter takes it only by its pin, which is printed.

.EXAMPLE
.\Initialize-InventoryHost.ps1 -Account CONTOSO\inventory
Says what is missing, and changes nothing.

.EXAMPLE
.\Initialize-InventoryHost.ps1 -Apply -Account CONTOSO\inventory -RemoteAddress 10.0.0.9 -CertificateTemplate WebServer
Sets what is missing. With -WhatIf behind it: only says what it would set.

.EXAMPLE
.\Initialize-InventoryHost.ps1 -Undo
Takes all of it back.
#>
[CmdletBinding(SupportsShouldProcess = $true, DefaultParameterSetName = 'Check')]
param(
    [Parameter(ParameterSetName = 'Check')] [switch]$Check,
    [Parameter(ParameterSetName = 'Apply', Mandatory = $true)] [switch]$Apply,
    [Parameter(ParameterSetName = 'Undo', Mandatory = $true)] [switch]$Undo,

    [Parameter(ParameterSetName = 'Check', Mandatory = $true)]
    [Parameter(ParameterSetName = 'Apply', Mandatory = $true)]
    [Parameter(ParameterSetName = 'Undo')]
    [ValidateNotNullOrEmpty()] [string]$Account,

    [Parameter(ParameterSetName = 'Check')]
    [Parameter(ParameterSetName = 'Apply', Mandatory = $true)]
    [ValidatePattern('^(LocalSubnet|[0-9]{1,3}(\.[0-9]{1,3}){3}(/([1-9]|[12][0-9]|3[0-2]))?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+(/([1-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?)$')]
    [string[]]$RemoteAddress,

    [Parameter(ParameterSetName = 'Check')] [Parameter(ParameterSetName = 'Apply')]
    [ValidateSet('Https', 'Http')] [string]$Transport = 'Https',
    [Parameter(ParameterSetName = 'Check')] [Parameter(ParameterSetName = 'Apply')] [string]$CertificateThumbprint,
    [Parameter(ParameterSetName = 'Check')] [Parameter(ParameterSetName = 'Apply')] [string]$CertificateTemplate,
    [Parameter(ParameterSetName = 'Check')] [Parameter(ParameterSetName = 'Apply')] [string]$CertificateSubject,
    [Parameter(ParameterSetName = 'Apply')] [switch]$SelfSigned
)

$ErrorActionPreference = 'Stop'
$recordKey = 'HKLM:\SOFTWARE\hyperv-rvtools-host-setup'
$ports = @{ Http = '5985'; Https = '5986' }
$administrators = 'S-1-5-32-544'
$groups = @(
    @{ Title = 'Logon'; Sid = 'S-1-5-32-580'; Name = 'Remote Management Users'; Code = 'accessDenied' }
    @{ Title = 'Hyper-V'; Sid = 'S-1-5-32-578'; Name = 'Hyper-V Administrators'; Code = 'noHyperVRights' }
)
# What facts are read from. Rights in SDDL: CC Enable, DC Execute Methods, WP Remote Enable.
$namespaces = @(
    @{ Title = 'Windows'; Path = 'root/cimv2'; Rights = 'CCDCWP'; Absent = $null }
    @{ Title = 'Hyper-V'; Path = 'root/virtualization/v2'; Rights = 'CCDCWP'; Absent = $null }
    @{ Title = 'Network'; Path = 'root/StandardCimv2'; Rights = 'CCWP'; Absent = 'no network management on this Windows' }
    @{ Title = 'Storage'; Path = 'root/Microsoft/Windows/Storage'; Rights = 'CCWP'; Absent = 'no storage management on this Windows' }
    @{ Title = 'Multipath'; Path = 'root/WMI'; Rights = 'CCWP'; Absent = 'no disks on several paths' }
    @{ Title = 'Power plan'; Path = 'root/cimv2/power'; Rights = 'CCWP'; Absent = 'no power plans on this Windows' }
    @{ Title = 'Cluster'; Path = 'root/MSCluster'; Rights = 'CCWP'; Absent = 'not a node of a cluster' }
)
$rightBits = @{
    CC = 0x1; DC = 0x2; LC = 0x4; SW = 0x8; RP = 0x10; WP = 0x20; DT = 0x40; LO = 0x80; CR = 0x100
    SD = 0x10000; RC = 0x20000; WD = 0x40000; WO = 0x80000; GA = 0x10000000
}
$missing = New-Object System.Collections.ArrayList

# --- What is printed -------------------------------------------------------------------------------------------------

function Write-Step([string]$Status, [string]$Title, [string]$Text) {
    if ($Status -eq 'failed' -and -not $missing.Contains($Title)) { [void]$missing.Add($Title) }
    if ($Title.Length -gt 16) { '  {0,-8}{1}: {2}' -f $Status, $Title, $Text }
    else { '  {0,-8}{1,-16} {2}' -f $Status, $Title, $Text }
}

# One thing: fits, is missing, or is set. The script block uses the variables of the function that wrote it, so the
# names here must hide none of them.
function Invoke-Step([string]$StepTitle, [bool]$StepFits, [string]$StepSeen, [string]$StepLacks, [string]$StepChange, [scriptblock]$StepSet) {
    if ($StepFits) { return Write-Step 'ok' $StepTitle $StepSeen }
    if (-not $Apply -or -not $PSCmdlet.ShouldProcess($StepTitle, $StepChange)) { return Write-Step 'failed' $StepTitle $StepLacks }
    try {
        & $StepSet
        Write-Step 'done' $StepTitle $StepChange
    }
    catch { Write-Step 'failed' $StepTitle ('{0} But: {1}' -f $StepLacks, $_.Exception.Message) }
}

# --- What was set before: the record ---------------------------------------------------------------------------------

function Get-Record {
    $record = @{}
    if (Test-Path -LiteralPath $recordKey) {
        foreach ($value in (Get-ItemProperty -LiteralPath $recordKey).PSObject.Properties) {
            if ($value.Name -notlike 'PS*') { $record[$value.Name] = [string]$value.Value }
        }
    }
    return $record
}

# Writes down first what undoes the change: whatever happens then, nothing is set that cannot be taken back. What is
# written already stays: it is how the host was before the first run.
function Invoke-Recorded([string]$RecordName, [string]$RecordValue, [scriptblock]$RecordedChange) {
    $recordedBefore = (Get-Record).ContainsKey($RecordName)
    if (-not $recordedBefore) {
        if (-not (Test-Path -LiteralPath $recordKey)) { [void](New-Item -Path $recordKey -Force) }
        [void](New-ItemProperty -LiteralPath $recordKey -Name $RecordName -Value $RecordValue -PropertyType String -Force)
    }
    try { & $RecordedChange }
    catch {
        if (-not $recordedBefore) { Remove-ItemProperty -LiteralPath $recordKey -Name $RecordName }
        throw
    }
}

# --- Accounts and groups ---------------------------------------------------------------------------------------------

function Get-AccountSid([string]$Name) {
    $local = $Name -replace '^\.\\', ''
    $found = New-Object System.Security.Principal.NTAccount -ArgumentList $local
    return $found.Translate([System.Security.Principal.SecurityIdentifier]).Value
}

function Get-AccountName([string]$Sid) {
    $found = New-Object System.Security.Principal.SecurityIdentifier -ArgumentList $Sid
    return $found.Translate([System.Security.Principal.NTAccount]).Value
}

# In the language of this Windows; nothing where the group is not there.
function Get-GroupName([string]$GroupSid) {
    return (Get-CimInstance -ClassName Win32_Group -Filter "LocalAccount=TRUE AND SID='$GroupSid'").Name
}

# A local account without this machine's name before it, as net.exe has it.
function Get-NetName([string]$Name) {
    return $Name -replace ('^{0}\\' -f [regex]::Escape($env:COMPUTERNAME)), ''
}

function Invoke-NetLocalGroup {
    $said = @(& net.exe localgroup @args)
    if ($LASTEXITCODE -ne 0) { throw ('net.exe localgroup ended with {0}.' -f $LASTEXITCODE) }
    return $said
}

# Windows PowerShell 4.0 has no Get-LocalGroupMember, and 5.1's fails where a member's account was deleted.
function Test-GroupMember([string]$GroupSid, [string]$Sid, [string]$Name) {
    if (Get-Command -Name Get-LocalGroupMember -ErrorAction SilentlyContinue) {
        try { return @(Get-LocalGroupMember -SID $GroupSid | ForEach-Object { [string]$_.SID }) -contains $Sid }
        catch { Write-Verbose $_.Exception.Message }
    }
    return (Invoke-NetLocalGroup (Get-GroupName $GroupSid)) -contains (Get-NetName $Name)
}

function Add-GroupMember([string]$GroupSid, [string]$Sid, [string]$Name) {
    if (Get-Command -Name Add-LocalGroupMember -ErrorAction SilentlyContinue) { Add-LocalGroupMember -SID $GroupSid -Member $Sid }
    else { [void](Invoke-NetLocalGroup (Get-GroupName $GroupSid) (Get-NetName $Name) '/add') }
}

function Remove-GroupMember([string]$GroupSid, [string]$Sid, [string]$Name) {
    if (Get-Command -Name Remove-LocalGroupMember -ErrorAction SilentlyContinue) { Remove-LocalGroupMember -SID $GroupSid -Member $Sid }
    else { [void](Invoke-NetLocalGroup (Get-GroupName $GroupSid) (Get-NetName $Name) '/delete') }
}

# --- Rights to CIM namespaces ----------------------------------------------------------------------------------------

function Test-Namespace([string]$Path) {
    try {
        [void](Get-CimInstance -Namespace $Path -ClassName __SystemSecurity)
        return $true
    }
    catch {
        if ([string]$_.Exception.NativeErrorCode -eq 'InvalidNamespace') { return $false }
        throw
    }
}

function Get-NamespaceSddl([string]$Path) {
    $security = Get-WmiObject -Namespace $Path -Class __SystemSecurity
    $out = @($null)
    $code = $security.PsBase.InvokeMethod('GetSD', $out)
    if ($code -ne 0) { throw ('{0}: its rights cannot be read ({1}).' -f $Path, $code) }
    $converted = Invoke-CimMethod -ClassName Win32_SecurityDescriptorHelper -MethodName BinarySDToSDDL -Arguments @{ BinarySD = [byte[]]$out[0] }
    return [string]$converted.SDDL
}

function Set-NamespaceSddl([string]$Path, [string]$Sddl) {
    $converted = Invoke-CimMethod -ClassName Win32_SecurityDescriptorHelper -MethodName SDDLToBinarySD -Arguments @{ SDDL = $Sddl }
    if ($converted.ReturnValue -ne 0) { throw ('{0}: its new rights are not understood ({1}).' -f $Path, $converted.ReturnValue) }
    $security = Get-WmiObject -Namespace $Path -Class __SystemSecurity
    $code = $security.PsBase.InvokeMethod('SetSD', @(, [byte[]]$converted.BinarySD))
    if ($code -ne 0) { throw ('{0}: its rights cannot be set ({1}).' -f $Path, $code) }
}

# An SDDL text as what stands before its entries, the entries, and what stands behind. Nothing of it may get lost.
function Split-Sddl([string]$Sddl) {
    $parts = [regex]::Match($Sddl, '^(?<before>.*?D:[^()]*)(?<aces>(\([^()]*\))*)(?<behind>(S:.*)?)$')
    if (-not $parts.Success) { throw 'The rights have a form that this script does not know; they are left as they are.' }
    $aces = @([regex]::Matches($parts.Groups['aces'].Value, '\(([^()]*)\)') | ForEach-Object { $_.Groups[1].Value })
    return @{ Before = $parts.Groups['before'].Value; Aces = $aces; Behind = $parts.Groups['behind'].Value }
}

function Join-Sddl([string]$Before, [string[]]$Aces, [string]$Behind) {
    return $Before + (@($Aces | ForEach-Object { "($_)" }) -join '') + $Behind
}

function Get-Rights([string]$Text) {
    if ($Text -match '^0x[0-9A-Fa-f]+$') { return [Convert]::ToInt64($Text, 16) }
    $bits = 0
    foreach ($pair in [regex]::Matches($Text, '..')) {
        if ($rightBits.ContainsKey($pair.Value)) { $bits = $bits -bor $rightBits[$pair.Value] }
    }
    return $bits
}

# The rights that entries of this kind (A allow, D deny) give the account itself in this namespace.
function Get-RightsOf([string[]]$Aces, [string]$Sid, [string]$Kind) {
    $bits = 0
    foreach ($ace in $Aces) {
        $field = $ace -split ';'
        if ($field[0] -eq $Kind -and $field[5] -eq $Sid -and $field[1] -notmatch 'IO') { $bits = $bits -bor (Get-Rights $field[2]) }
    }
    return $bits
}

# Behind the last entry of this namespace's own: those that it inherits come last.
function Add-Ace([string]$Path, [string]$Ace) {
    $sddl = Split-Sddl (Get-NamespaceSddl $Path)
    $own = @($sddl.Aces | Where-Object { ($_ -split ';')[1] -notmatch 'ID' })
    $inherited = @($sddl.Aces | Where-Object { ($_ -split ';')[1] -match 'ID' })
    Set-NamespaceSddl $Path (Join-Sddl $sddl.Before (@($own) + $Ace + @($inherited)) $sddl.Behind)
}

# False where the entry is not there any more. Windows may spell rights in another way than they were given.
function Remove-Ace([string]$Path, [string]$Ace) {
    $sddl = Split-Sddl (Get-NamespaceSddl $Path)
    $taken = $Ace -split ';'
    for ($i = 0; $i -lt @($sddl.Aces).Count; $i++) {
        $field = $sddl.Aces[$i] -split ';'
        if ($field[0] -eq $taken[0] -and $field[1] -eq $taken[1] -and $field[5] -eq $taken[5] -and (Get-Rights $field[2]) -eq (Get-Rights $taken[2])) {
            $kept = @(for ($j = 0; $j -lt @($sddl.Aces).Count; $j++) { if ($j -ne $i) { $sddl.Aces[$j] } })
            Set-NamespaceSddl $Path (Join-Sddl $sddl.Before $kept $sddl.Behind)
            return $true
        }
    }
    return $false
}

# --- Certificates and listeners --------------------------------------------------------------------------------------

function Get-Listener([string]$Kind) {
    return @(Get-WSManInstance -ResourceURI winrm/config/Listener -Enumerate) | Where-Object { $_.Transport -eq $Kind } | Select-Object -First 1
}

function Get-Certificates { return @(Get-ChildItem -Path Cert:\LocalMachine\My) }

function Get-FullName {
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    if ($computer.PartOfDomain) { return '{0}.{1}' -f $computer.DNSHostName, $computer.Domain }
    return [string]$computer.DNSHostName
}

# As the exporter's host list takes it.
function Get-Pin($Certificate) {
    $hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash($Certificate.RawData)
    return 'pin=sha256:' + [BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
}

function Get-CertificateText($Certificate) {
    $day = $Certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-dd', [Globalization.CultureInfo]::InvariantCulture)
    $own = ''
    if ($Certificate.Issuer -eq $Certificate.Subject) { $own = ', self-signed: the exporter takes it by its pin only' }
    return 'certificate {0}, valid to {1}, {2}{3}' -f $Certificate.Subject, $day, (Get-Pin $Certificate), $own
}

function Test-Name($Certificate, [string]$Name) {
    $names = New-Object System.Collections.ArrayList
    foreach ($extension in $Certificate.Extensions) {
        # "DNS Name=" in English; what stands before the = is translated.
        if ($extension.Oid.Value -eq '2.5.29.17') { foreach ($entry in $extension.Format($false) -split ', *') { [void]$names.Add(($entry -split '[=:]')[-1]) } }
    }
    if (-not $names.Count) { [void]$names.Add($Certificate.GetNameInfo('SimpleName', $false)) }
    return [bool]@($names | Where-Object { $_ -eq $Name -or ($_ -like '`*.*' -and $Name -like '*.*' -and ($Name -split '\.', 2)[1] -eq $_.Substring(2)) })
}

function Test-Template($Certificate, [string]$Template) {
    foreach ($extension in $Certificate.Extensions) {
        # The template's name as such (version 1), or its identifier, which Windows shows with the name.
        if ($extension.Oid.Value -eq '1.3.6.1.4.1.311.20.2' -and [Text.Encoding]::BigEndianUnicode.GetString($extension.RawData, 2, $extension.RawData.Length - 2) -eq $Template) { return $true }
        if ($extension.Oid.Value -eq '1.3.6.1.4.1.311.21.7' -and $extension.Format($false) -match ('[=(]{0}[,()]' -f [regex]::Escape($Template))) { return $true }
    }
    return $false
}

# What speaks against a certificate, as code and sentence; nothing where nothing does.
function Get-Objection($Certificate) {
    if ($null -eq $Certificate) { return 'tlsFailed: its certificate is not there any more.' }
    if (-not $Certificate.HasPrivateKey) { return 'tlsFailed: its certificate has no private key here.' }
    $now = [DateTime]::Now
    if ($Certificate.NotAfter -lt $now -or $Certificate.NotBefore -gt $now) { return 'certificateExpired: its certificate has expired, or is not valid yet.' }
    if (@('1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1') -contains $Certificate.SignatureAlgorithm.Value) { return 'certificateTooWeak: its certificate is signed with SHA-1 or MD5.' }
    $isRsa = $Certificate.PublicKey.Oid.Value -eq '1.2.840.113549.1.1.1'
    if ($isRsa -and $Certificate.PublicKey.Key.KeySize -lt 2048) { return 'certificateTooWeak: its key has less than 2048 bits.' }
    foreach ($extension in $Certificate.Extensions) {
        if ($extension.Oid.Value -eq '2.5.29.37' -and @($extension.EnhancedKeyUsages | ForEach-Object { $_.Value }) -notcontains '1.3.6.1.5.5.7.3.1') { return 'tlsFailed: its certificate is not for servers.' }
    }
}

# The certificate that was asked for; throws a sentence where there is none.
function Select-Certificate {
    $all = Get-Certificates
    if ($CertificateThumbprint) {
        $asked = $CertificateThumbprint -replace '[^0-9A-Fa-f]', ''
        $one = @($all | Where-Object { $_.Thumbprint -eq $asked })
        if (-not $one.Count) { throw ('No certificate in Cert:\LocalMachine\My has the thumbprint {0}.' -f $asked) }
        $objection = Get-Objection $one[0]
        if ($objection) { throw ('The certificate {0} will not do. {1}' -f $asked, $objection) }
        return $one[0]
    }
    $name = $CertificateSubject
    if (-not $name -and -not $CertificateTemplate) { $name = Get-FullName }
    $fitting = @($all | Where-Object {
            -not (Get-Objection $_) -and
            (-not $name -or (Test-Name $_ $name)) -and
            (-not $CertificateTemplate -or (Test-Template $_ $CertificateTemplate)) -and
            ($CertificateSubject -or $SelfSigned -or $_.Issuer -ne $_.Subject)
        } | Sort-Object -Property NotAfter -Descending)
    if ($fitting.Count) { return $fitting[0] }
    if (-not $SelfSigned) { throw 'No certificate fits. Name one with -CertificateThumbprint, -CertificateTemplate or -CertificateSubject, or allow a self-signed one with -SelfSigned.' }
    return New-OwnCertificate
}

function New-OwnCertificate {
    $options = @{ DnsName = @((Get-FullName), $env:COMPUTERNAME); CertStoreLocation = 'Cert:\LocalMachine\My' }
    # What Windows Server 2012 R2 does not know of.
    $known = (Get-Command -Name New-SelfSignedCertificate).Parameters
    if ($known.ContainsKey('NotAfter')) { $options.NotAfter = [DateTime]::Now.AddYears(2) }
    if ($known.ContainsKey('KeyExportPolicy')) { $options.KeyExportPolicy = 'NonExportable' }
    if ($known.ContainsKey('HashAlgorithm')) { $options.HashAlgorithm = 'SHA256' }
    $made = New-SelfSignedCertificate @options
    $objection = Get-Objection $made
    if ($objection) {
        Remove-Item -Path "Cert:\LocalMachine\My\$($made.Thumbprint)" -DeleteKey
        throw ('The self-signed certificate that this Windows makes will not do. {0} Issue one by a CA.' -f $objection)
    }
    try { Invoke-Recorded "certificate $($made.Thumbprint)" 'made' { } }
    catch {
        Remove-Item -Path "Cert:\LocalMachine\My\$($made.Thumbprint)" -DeleteKey
        throw
    }
    return $made
}

function Set-HttpsListener([string]$Before) {
    $chosen = Select-Certificate
    $selectors = @{ Address = '*'; Transport = 'HTTPS' }
    if ($Before) {
        Invoke-Recorded 'listener HTTPS' "was $Before" { [void](Set-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet $selectors -ValueSet @{ CertificateThumbprint = $chosen.Thumbprint }) }
        return
    }
    $values = @{ CertificateThumbprint = $chosen.Thumbprint }
    $commonName = $chosen.GetNameInfo('SimpleName', $false)
    if ($commonName) { $values.Hostname = $commonName }
    Invoke-Recorded 'listener HTTPS' 'added' { [void](New-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet $selectors -ValueSet $values) }
}

# What an administrator has set of a listener stands: it is told, and not overruled.
function Get-ListenerObstacle($Listener) {
    if ($null -eq $Listener) { return }
    $kind = $Transport.ToLowerInvariant()
    if ([string]$Listener.Enabled -eq 'false') { return "connectionRefused: the listener for $kind is turned off. That was not set here, so it is left." }
    if ([string]$Listener.Port -ne $ports[$Transport]) {
        return "connectionRefused: the listener for $kind is at port $($Listener.Port). That was not set here, so it is left: name the port in the host list, and let it through by a firewall rule of your own."
    }
}

# --- Firewall --------------------------------------------------------------------------------------------------------

# Windows gives networks back with a mask (10.0.0.0/255.255.255.0), however they were written.
function Get-PlainAddress([string]$Address) {
    if ($Address -notmatch '^(.+)/(\d+\.\d+\.\d+\.\d+)$') { return $Address.ToLowerInvariant() -replace '/(32|128)$', '' }
    $bits = 0
    foreach ($part in $Matches[2] -split '\.') { $bits += @([regex]::Matches([Convert]::ToString([int]$part, 2), '1')).Count }
    return ('{0}/{1}' -f $Matches[1].ToLowerInvariant(), $bits) -replace '/32$', ''
}

function Get-RuleAddresses($Rule) {
    return @(Get-NetFirewallAddressFilter -AssociatedNetFirewallRule $Rule | ForEach-Object { $_.RemoteAddress } | ForEach-Object { Get-PlainAddress $_ } | Sort-Object)
}

# --- The steps -------------------------------------------------------------------------------------------------------

function Step-Service {
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='WinRM'"
    $fits = $service.State -eq 'Running' -and $service.StartMode -eq 'Auto'
    $lacks = 'connectionRefused: the service WinRM is {0}, and its start is {1}.' -f $service.State, $service.StartMode
    Invoke-Step 'WinRM' $fits 'the service runs, and starts by itself' $lacks 'the service runs now, and starts by itself' {
        Invoke-Recorded 'service WinRM' ('was {0} {1}' -f $service.StartMode, $service.State) {
            Set-Service -Name WinRM -StartupType Automatic
            Start-Service -Name WinRM
        }
    }
}

function Step-Listener {
    $listener = Get-Listener $Transport
    $obstacle = Get-ListenerObstacle $listener
    if ($obstacle) { return Write-Step 'failed' @{ Http = 'WinRM'; Https = 'TLS' }[$Transport] $obstacle }
    if ($Transport -eq 'Http') {
        return Invoke-Step 'WinRM' ([bool]$listener) 'a listener for http at port 5985' 'connectionRefused: there is no listener for http.' 'a listener for http at port 5985 was added' {
            Invoke-Recorded 'listener HTTP' 'added' { [void](New-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet @{ Address = '*'; Transport = 'HTTP' } -ValueSet @{ Enabled = 'true' }) }
        }
    }
    $before = ''
    $objection = 'tlsFailed: there is no listener for https.'
    $current = $null
    if ($listener) {
        $before = $listener.CertificateThumbprint -replace '[^0-9A-Fa-f]', ''
        $current = @(Get-Certificates | Where-Object { $_.Thumbprint -eq $before })[0]
        $objection = Get-Objection $current
        $asked = $CertificateThumbprint -replace '[^0-9A-Fa-f]', ''
        if (-not $objection -and $asked -and $asked -ne $before) { $objection = 'tlsFailed: the listener has another certificate than the one asked for.' }
    }
    $seen = ''
    if (-not $objection) { $seen = 'a listener for https at port 5986, ' + (Get-CertificateText $current) }
    Invoke-Step 'TLS' (-not $objection) $seen $objection 'the listener for https at port 5986 has its certificate' { Set-HttpsListener $before }
    if ($objection -and $Apply) {
        $listener = Get-Listener $Transport
        if ($listener) { $current = @(Get-Certificates | Where-Object { $_.Thumbprint -eq $listener.CertificateThumbprint })[0] }
        if ($current) { Write-Step 'ok' 'TLS' (Get-CertificateText $current) }
    }
    $name = Get-FullName
    if ($current -and -not (Test-Name $current $name)) {
        Write-Step 'warning' 'TLS' ('certificateNameMismatch: the certificate is not for {0}; list the host under a name of its certificate, or with servername=.' -f $name)
    }
}

function Step-Firewall {
    $port = $ports[$Transport]
    $ruleName = "hyperv-rvtools-winrm-$port"
    $rule = Get-NetFirewallRule -Name $ruleName -ErrorAction SilentlyContinue
    $wanted = @($RemoteAddress | Where-Object { $_ } | ForEach-Object { Get-PlainAddress $_ } | Sort-Object)
    $allowed = @()
    if ($rule) { $allowed = @(Get-RuleAddresses $rule) }
    $open = $rule -and [string]$rule.Enabled -eq 'True' -and [string]$rule.Action -eq 'Allow'
    $fits = [bool]($open -and (-not $wanted.Count -or ($allowed -join ' ') -eq ($wanted -join ' ')))
    $lacks = 'connectTimedOut: the firewall has no rule that lets port {0} through.' -f $port
    if ($rule) { $lacks = 'connectTimedOut: the firewall rule lets port {0} through for {1} only.' -f $port, ($allowed -join ', ') }
    Invoke-Step 'Port' $fits ('the firewall lets port {0} through for {1}' -f $port, ($allowed -join ', ')) $lacks ('the firewall lets port {0} through for {1} now' -f $port, ($wanted -join ', ')) {
        if ($rule) { Set-NetFirewallRule -Name $ruleName -RemoteAddress $RemoteAddress -Action Allow -Enabled True }
        else {
            Invoke-Recorded "firewall $ruleName" 'added' {
                [void](New-NetFirewallRule -Name $ruleName -DisplayName "WinRM for the inventory ($port)" -Direction Inbound -Protocol TCP -LocalPort $port -RemoteAddress $RemoteAddress -Action Allow -Profile Any)
            }
        }
    }
}

function Step-Group($Group) {
    if ($isAdministrator) { return Write-Step 'ok' $Group.Title 'the account is an administrator; membership of less would do' }
    if (-not (Get-GroupName $Group.Sid)) {
        return Write-Step 'failed' $Group.Title ('notHyperV: there is no group {0} here: the Hyper-V role is not installed.' -f $Group.Name)
    }
    $label = '{0} ({1})' -f $Group.Name, $Group.Sid
    Invoke-Step $Group.Title (Test-GroupMember $Group.Sid $accountSid $accountName) "the account is a member of $label" "$($Group.Code): the account is no member of $label." "the account was made a member of $label; it counts from its next logon" {
        Invoke-Recorded "group $($Group.Sid) $accountSid" $accountName { Add-GroupMember $Group.Sid $accountSid $accountName }
    }
}

function Step-Namespace($Place) {
    $path = $Place.Path
    if (-not (Test-Namespace $path)) {
        if ($Place.Absent) { return Write-Step 'ok' $Place.Title $Place.Absent }
        return Write-Step 'failed' $Place.Title "notHyperV: there is no namespace $path here."
    }
    if ($isAdministrator) { return Write-Step 'ok' $Place.Title "${path}: the account is an administrator" }
    $aces = (Split-Sddl (Get-NamespaceSddl $path)).Aces
    $needed = Get-Rights $Place.Rights
    if ((Get-RightsOf $aces $accountSid 'D') -band $needed) {
        return Write-Step 'failed' $Place.Title "accessDenied: ${path}: an entry denies the account what it needs. That was not set here, so it is left."
    }
    $fits = ((Get-RightsOf $aces $accountSid 'A') -band $needed) -eq $needed
    Invoke-Step $Place.Title $fits "${path}: the account may read it" "accessDenied: ${path}: the account itself has no right to it." "${path}: the account may read it now" {
        $ace = 'A;;{0};;;{1}' -f $Place.Rights, $accountSid
        Invoke-Recorded "namespace $path $accountSid" $ace { Add-Ace $path $ace }
    }
}

function Step-Cluster {
    if ($isAdministrator -or -not (Test-Namespace 'root/MSCluster')) { return }
    if (-not (Get-Command -Name Grant-ClusterAccess -ErrorAction SilentlyContinue)) {
        return Write-Step 'failed' 'Cluster' 'accessDenied: whether the account may read the cluster cannot be told here: the module FailoverClusters is not installed. Run this on a node that has it.'
    }
    $fits = @(Get-ClusterAccess | Where-Object { [string]$_.AccessControlType -eq 'Allow' } | ForEach-Object { [string]$_.IdentityReference }) -contains $accountName
    Invoke-Step 'Cluster' $fits 'the account may read the cluster' 'accessDenied: the account may not read the cluster.' 'the account may read the cluster now, on all of its nodes' {
        if ((Get-NetName $accountName) -ne $accountName) { throw 'A cluster lets only accounts of its domain in.' }
        Invoke-Recorded "cluster $accountSid" $accountName { [void](Grant-ClusterAccess -User $accountName -ReadOnly) }
    }
}

# A step that cannot even look costs neither the other steps nor the result.
function Invoke-Guarded([string]$GuardedTitle, [scriptblock]$GuardedStep) {
    try { & $GuardedStep }
    catch { Write-Step 'failed' $GuardedTitle ('cannot be looked at: {0}' -f $_.Exception.Message) }
}

# --- Undo ------------------------------------------------------------------------------------------------------------

# Takes one entry of the record back; a sentence with what became of it.
function Undo-Entry([string]$Name, [string]$Value) {
    $words = $Name -split ' '
    switch ($words[0]) {
        'namespace' {
            if (-not (Test-Namespace $words[1])) { return "$($words[1]) is not there any more" }
            if (Remove-Ace $words[1] $Value) { return "$($words[1]): the account's right is gone" }
            return "$($words[1]): the account had no such right any more"
        }
        'group' {
            if (-not (Get-GroupName $words[1])) { return "the group $($words[1]) is not there any more" }
            if (-not (Test-GroupMember $words[1] $words[2] $Value)) { return "$Value was no member of $($words[1]) any more" }
            Remove-GroupMember $words[1] $words[2] $Value
            return "$Value is no member of $($words[1]) any more"
        }
        'cluster' {
            Remove-ClusterAccess -User $Value
            return "$Value may not read the cluster any more, on any of its nodes"
        }
        'firewall' {
            if (Get-NetFirewallRule -Name $words[1] -ErrorAction SilentlyContinue) { Remove-NetFirewallRule -Name $words[1] }
            return "the firewall rule $($words[1]) is gone"
        }
        'listener' {
            $selectors = @{ Address = '*'; Transport = $words[1] }
            if (-not (Get-Listener $words[1])) { return "the listener for $($words[1]) was gone already" }
            if ($Value -eq 'added') {
                Remove-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet $selectors
                return "the listener for $($words[1]) is gone"
            }
            $before = $Value -replace '^was ', ''
            if (-not @(Get-Certificates | Where-Object { $_.Thumbprint -eq $before }).Count) { return "the listener for $($words[1]) is left as it is: the certificate that it had before ($before) is gone" }
            [void](Set-WSManInstance -ResourceURI winrm/config/Listener -SelectorSet $selectors -ValueSet @{ CertificateThumbprint = $before })
            return "the listener for $($words[1]) has the certificate $before again"
        }
        'certificate' {
            if (-not @(Get-Certificates | Where-Object { $_.Thumbprint -eq $words[1] }).Count) { return "the certificate $($words[1]) was gone already" }
            Remove-Item -Path "Cert:\LocalMachine\My\$($words[1])" -DeleteKey
            return "the self-signed certificate $($words[1]) is gone"
        }
        'service' {
            $was = $Value -split ' '
            $types = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }
            Set-Service -Name $words[1] -StartupType $types[$was[1]]
            if ($was[2] -eq 'Stopped') { Stop-Service -Name $words[1] }
            return "the service $($words[1]) is as it was: $($was[1]), $($was[2])"
        }
        default { throw 'this script does not know it: it was set by a newer one' }
    }
}

$undoTitles = @{ namespace = 'Rights'; group = 'Logon'; cluster = 'Cluster'; firewall = 'Port'; listener = 'WinRM'; certificate = 'TLS'; service = 'WinRM' }

function Undo-All([string]$Sid) {
    $record = Get-Record
    foreach ($kind in @('namespace', 'group', 'cluster', 'firewall', 'listener', 'certificate', 'service')) {
        foreach ($name in @($record.Keys | Where-Object { $_ -like "$kind *" } | Sort-Object)) {
            if ($Sid -and $name -notlike "* $Sid") { continue }
            $undoTitle = $undoTitles[$kind]
            if (-not $PSCmdlet.ShouldProcess($name, 'take back')) { Write-Step 'failed' $undoTitle "$name is set yet"; continue }
            try {
                $became = Undo-Entry $name $record[$name]
                Remove-ItemProperty -LiteralPath $recordKey -Name $name
                Write-Step 'done' $undoTitle $became
            }
            catch { Write-Step 'failed' $undoTitle ('{0} is set yet: {1}' -f $name, $_.Exception.Message) }
        }
    }
    if ((Test-Path -LiteralPath $recordKey) -and -not @((Get-Record).Keys).Count) { Remove-Item -LiteralPath $recordKey }
}

# --- The run ---------------------------------------------------------------------------------------------------------

$accountSid = ''
if ($Account) {
    try { $accountSid = Get-AccountSid $Account }
    catch {
        [Console]::Error.WriteLine("There is no account $Account here, or no domain controller answers: $($_.Exception.Message)")
        exit 2
    }
}

if ($Undo) {
    "$env:COMPUTERNAME (undo)"
    Undo-All $accountSid
    if ($missing.Count) { "  => $env:COMPUTERNAME is not as it was: see $($missing -join ', ')."; exit 3 }
    "  => $env:COMPUTERNAME is as it was, as far as this script had set anything."
    exit 0
}

$accountName = Get-AccountName $accountSid
"$env:COMPUTERNAME (for $accountName)"
# Where that cannot be told, the account is asked for the rights of one that is none.
$isAdministrator = $false
try { $isAdministrator = Test-GroupMember $administrators $accountSid $accountName } catch { Write-Verbose $_.Exception.Message }
Invoke-Guarded 'WinRM' { Step-Service }
Invoke-Guarded 'TLS' { Step-Listener }
Invoke-Guarded 'Port' { Step-Firewall }
foreach ($group in $groups) { Invoke-Guarded $group.Title { Step-Group $group } }
foreach ($place in $namespaces) { Invoke-Guarded $place.Title { Step-Namespace $place } }
Invoke-Guarded 'Cluster' { Step-Cluster }
if ($missing.Count) { "  => $env:COMPUTERNAME is not prepared: see $($missing -join ', ')."; exit 3 }
"  => $env:COMPUTERNAME is prepared."
exit 0
