namespace Math4AI.Runtime;

/// <summary>Specifies what carries out Math.NET's dense linear algebra and Fourier transforms.</summary>
public enum LinearAlgebraBackend
{
    /// <summary>Math.NET's own C#; works everywhere.</summary>
    Managed,

    /// <summary>The oneMKL inside libtorch, on Linux x64.</summary>
    Mkl,

    /// <summary>Math.NET's native provider package, where the application carries it.</summary>
    MathNetNative,
}
