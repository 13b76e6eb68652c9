// What Get-CimInstance hands out, with the members that a collector script may read: as the real types have them.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace PsHost.Cim
{
    public sealed record CimProperty(string Name, object Value, string CimType);

    /// <summary>Found by name whatever its case; null for a name that is not there, as the real collection.</summary>
    public sealed class CimPropertyList<T> : IEnumerable<T>
    {
        private readonly List<T> _items;
        private readonly Dictionary<string, T> _byName;
        internal CimPropertyList(IEnumerable<T> items, Func<T, string> name)
        {
            _items = items.ToList();
            _byName = _items.ToDictionary(name, StringComparer.OrdinalIgnoreCase);
        }
        public int Count => _items.Count;
        public T this[string name] => _byName.TryGetValue(name, out var item) ? item : default;
        IEnumerator<T> IEnumerable<T>.GetEnumerator() => _items.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
    }

    public sealed record CimSystemPropertyList(string Namespace, string ServerName, string ClassName);

    public sealed class CimInstance
    {
        internal CimInstance(string @namespace, string className, IEnumerable<CimProperty> properties)
        {
            CimSystemProperties = new CimSystemPropertyList(@namespace, "HOST", className);
            CimInstanceProperties = new CimPropertyList<CimProperty>(properties, p => p.Name);
        }
        public CimSystemPropertyList CimSystemProperties { get; }
        public CimPropertyList<CimProperty> CimInstanceProperties { get; }
    }

    public sealed record CimPropertyDeclaration(string Name, string CimType);

    public sealed class CimClass
    {
        internal CimClass(string @namespace, string className, IEnumerable<CimPropertyDeclaration> properties)
        {
            CimSystemProperties = new CimSystemPropertyList(@namespace, "HOST", className);
            CimClassName = className;
            CimClassProperties = new CimPropertyList<CimPropertyDeclaration>(properties, p => p.Name);
        }
        public string CimClassName { get; }
        public CimSystemPropertyList CimSystemProperties { get; }
        public CimPropertyList<CimPropertyDeclaration> CimClassProperties { get; }
    }

    public enum NativeErrorCode { Ok, Failed, AccessDenied, InvalidNamespace, InvalidParameter, InvalidClass, NotFound, NotSupported, InvalidQuery = 15 }

    /// <summary>Its message is in the host's language: scripts must look at the numbers.</summary>
    public sealed class CimException : Exception
    {
        internal CimException(string message, NativeErrorCode code, uint status) : base(message)
        {
            NativeErrorCode = code;
            StatusCode = status;
            MessageId = "HRESULT 0x" + status.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
            HResult = unchecked((int)0x80131500);
        }
        public NativeErrorCode NativeErrorCode { get; }
        public uint StatusCode { get; }
        public string MessageId { get; }
    }
}
