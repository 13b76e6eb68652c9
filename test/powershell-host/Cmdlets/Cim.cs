// Get-CimClass, Get-CimInstance, Invoke-CimMethod and Get-ItemProperty on a pretended host's repository; errors as the real cmdlets report them.
using System;
using System.Collections.Generic;
using System.Management.Automation;
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
