namespace Math4AI.Runtime;

/// <summary>Describes a native library of this process.</summary>
/// <param name="Name">The name people know it by, such as "MKL".</param>
/// <param name="Version">Its version, as it says itself; empty if it says none.</param>
/// <param name="Path">The file it was loaded from.</param>
public sealed record NativeLibraryInfo(string Name, string Version, string Path);
