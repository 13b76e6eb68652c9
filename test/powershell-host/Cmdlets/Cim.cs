// Get-CimClass, Get-CimInstance, Invoke-CimMethod, Get-ItemProperty and Get-ChildItem on a pretended host's repository; errors as the real cmdlets report them.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Management.Automation;
using System.Text.Json;
using System.Threading;
using PsHost.Cim;

namespace PsHost.Cmdlets
{
    public abstract class CimCmdlet : PSCmdlet
    {
        [Parameter] public string Namespace { get; set; } = "root/cimv2";
        [Parameter, Alias("OT")] public uint OperationTimeoutSec { get; set; }
        private readonly ManualResetEvent _stop = new(false);
        private protected WaitHandle Stopped => _stop;
        private protected CimHost Pretended => Session.Current ?? throw new InvalidOperationException("the request gave no CIM repository");
        protected override void StopProcessing() => _stop.Set();

        private protected void Report(CimException e)
        {
            var category = e.NativeErrorCode switch
            {
                NativeErrorCode.AccessDenied => ErrorCategory.PermissionDenied,
                NativeErrorCode.InvalidNamespace or NativeErrorCode.InvalidClass => ErrorCategory.MetadataError,
                NativeErrorCode.NotFound => ErrorCategory.ObjectNotFound,
                _ => ErrorCategory.NotSpecified,
            };
            WriteError(new ErrorRecord(e, e.MessageId, category, null));
        }
    }

    [Cmdlet(VerbsCommon.Get, "CimClass")]
    public sealed class GetCimClass : CimCmdlet
    {
        [Parameter(Position = 0)] public string ClassName { get; set; }
        protected override void EndProcessing()
        {
            try { WriteObject(Pretended.GetClass(Namespace, ClassName)); } catch (CimException e) { Report(e); }
        }
    }

    [Cmdlet(VerbsCommon.Get, "CimInstance")]
    public sealed class GetCimInstance : CimCmdlet
    {
        [Parameter(Position = 0)] public string ClassName { get; set; }
        [Parameter] public PsHost.Cim.CimInstance InputObject { get; set; }
        [Parameter] public string Filter { get; set; }
        [Parameter, Alias("SelectProperties")] public string[] Property { get; set; }
        protected override void EndProcessing()
        {
            if (InputObject != null) { WriteObject(Pretended.GetAgain(InputObject)); return; }
            try { foreach (var i in Pretended.GetInstances(Namespace, ClassName, Property, Filter, (int)OperationTimeoutSec, Stopped)) WriteObject(i); }
            catch (CimException e) { Report(e); }
        }
    }

    [Cmdlet("Invoke", "CimMethod")]
    public sealed class InvokeCimMethod : CimCmdlet
    {
        [Parameter(Position = 0)] public string ClassName { get; set; }
        [Parameter] public PsHost.Cim.CimInstance InputObject { get; set; }
        [Parameter(Mandatory = true)] public string MethodName { get; set; }
        [Parameter] public System.Collections.IDictionary Arguments { get; set; }
        protected override void EndProcessing()
        {
            try
            {
                string ns = InputObject?.CimSystemProperties.Namespace ?? Namespace;
                var result = new PSObject();
                foreach (var (name, value) in Pretended.Invoke(ns, InputObject?.CimSystemProperties.ClassName ?? ClassName, MethodName, Arguments, (int)OperationTimeoutSec, Stopped)) result.Properties.Add(new PSNoteProperty(name, value));
                WriteObject(result);
            }
            catch (CimException e) { Report(e); }
        }
    }

    /// <summary>The members of FileInfo and DirectoryInfo that a script may read.</summary>
    [Cmdlet(VerbsCommon.Get, "ChildItem")]
    public sealed class GetChildItem : CimCmdlet
    {
        [Parameter(Mandatory = true)] public string LiteralPath { get; set; }
        [Parameter] public SwitchParameter Force { get; set; }
        protected override void EndProcessing()
        {
            if (Pretended.Folder(LiteralPath) is not JsonElement folder)
            {
                // What Windows says of a share that the second hop is not let into.
                Exception e = LiteralPath.StartsWith("\\\\", StringComparison.Ordinal) ? new UnauthorizedAccessException("Der Zugriff auf den Pfad wurde verweigert.") : new ItemNotFoundException("Der Pfad kann nicht gefunden werden, da er nicht vorhanden ist.");
                WriteError(new ErrorRecord(e, "PathNotFound", ErrorCategory.ObjectNotFound, LiteralPath));
                return;
            }
            string trouble = folder.TryGetProperty("trouble", out var t) ? t.GetString() : null;
            if (trouble == "stuck") { Stopped.WaitOne(); return; }
            if (trouble == "unreachable") { Stopped.WaitOne(500); WriteError(new ErrorRecord(new IOException("Der Netzwerkpfad wurde nicht gefunden.", unchecked((int)0x80070035)), "DirIOError", ErrorCategory.ReadError, LiteralPath)); return; }
            if (trouble == "denied") { WriteError(new ErrorRecord(new UnauthorizedAccessException("Der Zugriff auf den Pfad wurde verweigert."), "DirUnauthorizedAccessError", ErrorCategory.PermissionDenied, LiteralPath)); return; }
            foreach (var inside in folder.GetProperty("folders").EnumerateArray())
                WriteObject(Item(inside, true, ("Attributes", inside.TryGetProperty("link", out _) ? FileAttributes.Directory | FileAttributes.ReparsePoint : FileAttributes.Directory)));
            foreach (var file in folder.GetProperty("files").EnumerateArray())
                WriteObject(Item(file, false, ("Attributes", FileAttributes.Archive), ("Length", file.GetProperty("bytes").GetInt64()), ("LastWriteTimeUtc", DateTime.Parse(file.GetProperty("writtenAt").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal))));
        }

        private static PSObject Item(JsonElement item, bool isContainer, params (string Name, object Value)[] members)
        {
            var made = new PSObject();
            made.Properties.Add(new PSNoteProperty("Name", item.GetProperty("name").GetString()));
            made.Properties.Add(new PSNoteProperty("PSIsContainer", isContainer));
            foreach (var (name, value) in members) made.Properties.Add(new PSNoteProperty(name, value));
            return made;
        }
    }

    [Cmdlet(VerbsCommon.Get, "ItemProperty")]
    public sealed class GetItemProperty : PSCmdlet
    {
        [Parameter(Position = 0, Mandatory = true)] public string LiteralPath { get; set; }
        protected override void EndProcessing()
        {
            IReadOnlyDictionary<string, string> values = Session.Current?.RegistryValues(LiteralPath);
            if (values == null)
            {
                WriteError(new ErrorRecord(new ItemNotFoundException("Der Pfad \"" + LiteralPath + "\" kann nicht gefunden werden, da er nicht vorhanden ist."), "PathNotFound", ErrorCategory.ObjectNotFound, LiteralPath));
                return;
            }
            var key = new PSObject();
            foreach (var (name, value) in values) key.Properties.Add(new PSNoteProperty(name, value));
            WriteObject(key);
        }
    }
}
