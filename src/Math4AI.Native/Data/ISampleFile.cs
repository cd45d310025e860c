namespace Math4AI.Data;

/// <summary>
/// Samples that come from a file and may be read from there block by block: closed by
/// <see cref="IDisposable.Dispose"/>.
/// </summary>
public interface ISampleFile : ISampleSource, IDisposable;
