using Math4AI.LinearAlgebra.Provider.Lapack;
using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>General eigenproblems of orders up to 16, which are solved without LAPACK.</summary>
public class SmallEigenTests
{
    [Fact]
    public void Eigenvalues_of_a_permuted_triangle_are_its_diagonal_exactly()
    {
        for (int order = 2; order <= SmallEigen<double>.MaxOrder; order++)
        {
            var random = new Random(order);
            int[] permutation = [.. Enumerable.Range(0, order).OrderBy(_ => random.Next())];
            Matrix<double> a = Matrix<double>.Build.Dense(order, order);
            for (int i = 0; i < order; i++)
            {
                for (int j = i; j < order; j++)
                {
                    a[permutation[i], permutation[j]] = random.Next(-3, 4);
                }
            }

            Assert.Equal(
                a.Diagonal().Order(), a.Evd(Symmetricity.Asymmetric).EigenValues.Select(value => value.Real).Order());
        }
    }

    [Fact]
    public void Eigenvalues_of_a_cycle_are_the_roots_of_one()
    {
        for (int order = 2; order <= SmallEigen<double>.MaxOrder; order++)
        {
            Matrix<double> cycle = Matrix<double>.Build.Dense(order, order, (i, j) => j == (i + 1) % order ? 1.0 : 0.0);
            Vector<Complex> values = cycle.Evd(Symmetricity.Asymmetric).EigenValues;
            for (int k = 0; k < order; k++)
            {
                Complex root = Complex.FromPolarCoordinates(1.0, 2.0 * Math.PI * k / order);
                Assert.True(values.Min(value => (value - root).Magnitude) <= 30.0 * order * 1.1e-16);
            }
        }
    }

    [Fact]
    public void Hardly_any_random_matrix_needs_LAPACK()
    {
        var random = new Random(3);
        var refused = new List<int>();
        for (int i = 0; i < 5_000; i++)
        {
            int order = random.Next(1, SmallEigen<double>.MaxOrder + 1);
            double grade = random.Next(3);
            double[] a = new double[order * order];
            for (int k = 0; k < a.Length; k++)
            {
                a[k] = (random.NextDouble() - 0.5) * Math.Exp(-grade * (k % order));
            }

            if (!SmallEigen<double>.TryDecompose(a, order, new double[a.Length], new Complex[order]))
            {
                refused.Add(order);
            }
        }

        Assert.True(refused.Count <= 5, $"orders {string.Join(", ", refused)}");
    }

    [Fact]
    public void The_decomposition_of_a_float32_matrix_is_that_in_float64_rounded()
    {
        Matrix<float> a = Matrix<float>.Build.Random(7, 7, 1);
        Vector<Complex> expected = a.Map(x => (double)x).Evd(Symmetricity.Asymmetric).EigenValues;
        Assert.Equal(expected, a.Evd(Symmetricity.Asymmetric).EigenValues);
    }
}
