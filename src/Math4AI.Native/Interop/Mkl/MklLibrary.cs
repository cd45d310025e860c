namespace Math4AI.Interop.Mkl;

/// <summary>
/// The name under which every P/Invoke of MKL is declared; <see cref="LibraryResolver"/> knows the file.
/// </summary>
internal static class MklLibrary
{
    public const string Name = "torch_cpu";
}
