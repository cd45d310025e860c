using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>What LAPACK has for positive definite matrices beyond the operations of Math.NET's provider.</summary>
internal static unsafe partial class MklPositiveDefinite
{
    /// <summary>Replaces one triangle of a Cholesky factor by that of the inverse, LAPACK <c>dpotri</c>.</summary>
    public static int Invert(byte triangle, int order, double* factor)
    {
        int info;
        Potri(&triangle, &order, factor, &order, &info);
        return info;
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "dpotri_")]
    private static partial void Potri(byte* triangle, int* order, double* factor, int* leading, int* info);
}
