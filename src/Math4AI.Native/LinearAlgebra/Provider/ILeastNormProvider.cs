namespace Math4AI.LinearAlgebra.Provider;

/// <summary>What Math.NET's provider does not have, and least squares need.</summary>
internal interface ILeastNormProvider<T>
    where T : struct
{
    /// <summary>The solution of min ‖A X − B‖ that is shortest, by LAPACK's <c>gelsd</c>.</summary>
    /// <param name="a">A, rows × columns, column-major.</param>
    /// <param name="rows">The rows of A and B.</param>
    /// <param name="columns">The columns of A.</param>
    /// <param name="b">B, column-major.</param>
    /// <param name="columnsB">The columns of B.</param>
    /// <param name="tolerance">Singular values up to this share of the largest count as 0.</param>
    /// <param name="singularValues">Of A, descending, as many as the lesser of rows and columns.</param>
    /// <returns>X, columns × columnsB, column-major, and the rank.</returns>
    (T[] Solution, int Rank) LeastNorm(
        T[] a, int rows, int columns, T[] b, int columnsB, double tolerance, double[] singularValues);
}
