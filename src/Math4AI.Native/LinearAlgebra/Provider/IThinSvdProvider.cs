namespace Math4AI.LinearAlgebra.Provider;

/// <summary>The thin singular value decomposition, which Math.NET's provider does not have.</summary>
internal interface IThinSvdProvider<T>
    where T : struct
{
    /// <summary>A = U Σ Vᴴ with k = min(rows, columns) columns in U and rows in Vᴴ, by LAPACK's <c>gesdd</c>.</summary>
    /// <param name="a">A, column-major, rows · columns elements at the beginning; it is overwritten.</param>
    /// <param name="rows">The rows of A.</param>
    /// <param name="columns">The columns of A.</param>
    /// <param name="s">The k singular values, descending.</param>
    /// <param name="u">U, rows × k, column-major; empty where the values alone are asked for.</param>
    /// <param name="vt">Vᴴ, k × columns, column-major; empty likewise.</param>
    void ThinSingularValueDecomposition(T[] a, int rows, int columns, T[] s, T[] u, T[] vt);
}
