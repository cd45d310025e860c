using System.Numerics;
using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Every member of the provider, for all four element types: the native one gives the managed one's numbers, up to what
/// is arbitrary (signs and phases of vectors), and throws its exceptions.
/// </summary>
public class ProviderAgreementTests
{
    private static readonly Elements<double> Doubles = new(z => z.Real, x => x, 1e-10, isComplex: false);
    private static readonly Elements<float> Floats = new(z => (float)z.Real, x => x, 2e-3, isComplex: false);
    private static readonly Elements<Complex> Complexes = new(z => z, z => z, 1e-10, isComplex: true);
    private static readonly Elements<Complex32> Complexes32 =
        new(z => new Complex32((float)z.Real, (float)z.Imaginary), z => z.ToComplex(), 2e-3, isComplex: true);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in Elements<double>.Operations.Keys)
            {
                foreach (string type in new[] { "double", "float", "Complex", "Complex32" })
                {
                    data.Add(name, type);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_providers_agree(string name, string type)
    {
        switch (type)
        {
            case "double": Doubles.Compare(name); break;
            case "float": Floats.Compare(name); break;
            case "Complex": Complexes.Compare(name); break;
            default: Complexes32.Compare(name); break;
        }
    }

    [Theory]
    [InlineData("double")]
    [InlineData("float")]
    [InlineData("Complex")]
    [InlineData("Complex32")]
    public void Wrong_sizes_are_refused_by_the_same_exceptions(string type)
    {
        switch (type)
        {
            case "double": Doubles.CompareExceptions(); break;
            case "float": Floats.CompareExceptions(); break;
            case "Complex": Complexes.CompareExceptions(); break;
            default: Complexes32.CompareExceptions(); break;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NaN_in_the_data_is_told_by_both_providers(string name, string type)
    {
        switch (type)
        {
            case "double": Doubles.ComparePoisoned(name); break;
            case "float": Floats.ComparePoisoned(name); break;
            case "Complex": Complexes.ComparePoisoned(name); break;
            default: Complexes32.ComparePoisoned(name); break;
        }
    }

    /// <summary>The operations on one element type.</summary>
    private sealed class Elements<T>(Func<Complex, T> from, Func<T, Complex> to, double tolerance, bool isComplex)
        where T : struct, IEquatable<T>, IFormattable
    {
        private static readonly ILinearAlgebraProvider<T> Native =
            (ILinearAlgebraProvider<T>)(object)new MklLinearAlgebraProvider();
        private static readonly ILinearAlgebraProvider<T> Managed =
            (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;

        private double poison;

        private bool IsComplex { get; } = isComplex;

        /// <summary>What each operation gives, as far as it is determined; the second number is the order.</summary>
        public static Dictionary<string,
            Func<Elements<T>, ILinearAlgebraProvider<T>, int, IEnumerable<Complex>>> Operations
        { get; } = new()
        {
            ["AddVectorToScaledVector"] = (e, p, n) =>
                e.Into(n, r => p.AddVectorToScaledVector(e.Random(n, 1), e.Number(1.5), e.Random(n, 2), r)),
            ["ScaleArray"] = (e, p, n) => e.Into(n, r => p.ScaleArray(e.Number(-2.5), e.Random(n, 1), r)),
            ["ConjugateArray"] = (e, p, n) => e.Into(n, r => p.ConjugateArray(e.Random(n, 1), r)),
            ["DotProduct"] = (e, p, n) => [e.Back(p.DotProduct(e.Random(n, 1), e.Random(n, 2)))],
            ["AddArrays"] = (e, p, n) => e.Into(n, r => p.AddArrays(e.Random(n, 1), e.Random(n, 2), r)),
            ["SubtractArrays"] = (e, p, n) => e.Into(n, r => p.SubtractArrays(e.Random(n, 1), e.Random(n, 2), r)),
            ["PointWiseMultiplyArrays"] = (e, p, n) =>
                e.Into(n, r => p.PointWiseMultiplyArrays(e.Random(n, 1), e.Random(n, 2), r)),
            ["PointWiseDivideArrays"] = (e, p, n) =>
                e.Into(n, r => p.PointWiseDivideArrays(e.Random(n, 1), e.Shifted(n, 2), r)),
            ["PointWisePowerArrays"] = (e, p, n) =>
                e.Into(n, r => p.PointWisePowerArrays(e.Shifted(n, 1), e.Random(n, 2), r)),
            ["MatrixNorm"] = (e, p, n) => Enum.GetValues<Norm>()
                .Where(norm =>
                    norm is Norm.OneNorm or Norm.InfinityNorm or Norm.FrobeniusNorm or Norm.LargestAbsoluteValue)
                .Select(norm => new Complex(p.MatrixNorm(norm, n, n + 2, e.Random(n * (n + 2), 1)), 0.0)),
            ["MatrixMultiply"] = (e, p, n) => e.Into(n * (n + 1), r =>
                p.MatrixMultiply(e.Random(n * (n + 2), 1), n, n + 2, e.Random((n + 2) * (n + 1), 2), n + 2, n + 1, r)),
            ["MatrixMultiplyWithUpdate"] = (e, p, n) => Updates(e, p, n),
            ["LUFactor"] = (e, p, n) => LowerTimesUpper(e, p, n),
            ["LUInverse"] = (e, p, n) => e.In(e.Regular(n, 1), a => p.LUInverse(a, n)),
            ["LUInverseFactored"] = (e, p, n) => e.In(e.Regular(n, 1), a =>
            {
                int[] pivots = new int[n];
                p.LUFactor(a, n, pivots);
                p.LUInverseFactored(a, n, pivots);
            }),
            ["LUSolve"] = (e, p, n) => e.In(e.Random(2 * n, 2), b => p.LUSolve(2, e.Regular(n, 1), n, b)),
            ["LUSolveFactored"] = (e, p, n) => e.In(e.Random(2 * n, 2), b =>
            {
                T[] a = e.Regular(n, 1);
                int[] pivots = new int[n];
                p.LUFactor(a, n, pivots);
                p.LUSolveFactored(2, a, n, pivots, b);
            }),
            ["CholeskyFactor"] = (e, p, n) => e.In(e.Definite(n, 1), a => p.CholeskyFactor(a, n)),
            ["CholeskySolve"] = (e, p, n) => e.In(e.Random(2 * n, 2), b => p.CholeskySolve(e.Definite(n, 1), n, b, 2)),
            ["CholeskySolveFactored"] = (e, p, n) => e.In(e.Random(2 * n, 2), b =>
            {
                T[] a = e.Definite(n, 1);
                p.CholeskyFactor(a, n);
                p.CholeskySolveFactored(a, n, b, 2);
            }),
            ["QRFactor"] = (e, p, n) =>
            {
                T[] r = e.Random((n + 2) * n, 1), q = new T[(n + 2) * (n + 2)], tau = new T[n];
                p.QRFactor(r, n + 2, n, q, tau);
                return e.Product(q, n + 2, n + 2, r, n).Concat(r.Select(x => new Complex(e.Back(x).Magnitude, 0.0)));
            },
            ["ThinQRFactor"] = (e, p, n) =>
            {
                T[] q = e.Random((n + 2) * n, 1), r = new T[n * n], tau = new T[n];
                p.ThinQRFactor(q, n + 2, n, r, tau);
                return e.Product(q, n + 2, n, r, n).Concat(r.Select(x => new Complex(e.Back(x).Magnitude, 0.0)));
            },
            ["QRSolve, full"] = (e, p, n) => e.Into(2 * n,
                x => p.QRSolve(e.Random((n + 2) * n, 1), n + 2, n, e.Random(2 * (n + 2), 2), 2, x, QRMethod.Full)),
            ["QRSolve, thin"] = (e, p, n) => e.Into(2 * n,
                x => p.QRSolve(e.Random((n + 2) * n, 1), n + 2, n, e.Random(2 * (n + 2), 2), 2, x, QRMethod.Thin)),
            ["QRSolveFactored, full"] = (e, p, n) => e.Into(2 * n, x =>
            {
                T[] r = e.Random((n + 2) * n, 1), q = new T[(n + 2) * (n + 2)], tau = new T[n];
                p.QRFactor(r, n + 2, n, q, tau);
                p.QRSolveFactored(q, r, n + 2, n, tau, e.Random(2 * (n + 2), 2), 2, x, QRMethod.Full);
            }),
            ["QRSolveFactored, thin"] = (e, p, n) => e.Into(2 * n, x =>
            {
                T[] q = e.Random((n + 2) * n, 1), r = new T[n * n], tau = new T[n];
                p.ThinQRFactor(q, n + 2, n, r, tau);
                p.QRSolveFactored(q, r, n + 2, n, tau, e.Random(2 * (n + 2), 2), 2, x, QRMethod.Thin);
            }),
            ["SingularValueDecomposition, values"] = (e, p, n) =>
                e.Into(n, s => p.SingularValueDecomposition(
                    false, e.Random((n + 2) * n, 1), n + 2, n, s, new T[(n + 2) * (n + 2)], new T[n * n])),
            ["SingularValueDecomposition"] = (e, p, n) =>
            {
                T[] s = new T[n], u = new T[(n + 2) * (n + 2)], vt = new T[n * n];
                p.SingularValueDecomposition(true, e.Random((n + 2) * n, 1), n + 2, n, s, u, vt);
                T[] scaled = [.. vt.Select((v, i) => e.Number(e.Back(v) * e.Back(s[i % n])))];
                return e.Product([.. u.Take((n + 2) * n)], n + 2, n, scaled, n).Concat(s.Select(e.Back));
            },
            ["SvdSolve"] = (e, p, n) =>
                e.Into(2 * n, x => p.SvdSolve(e.Random((n + 2) * n, 1), n + 2, n, e.Random(2 * (n + 2), 2), 2, x)),
            ["SvdSolveFactored"] = (e, p, n) => e.Into(2 * n, x =>
            {
                T[] s = new T[n], u = new T[(n + 2) * (n + 2)], vt = new T[n * n];
                p.SingularValueDecomposition(true, e.Random((n + 2) * n, 1), n + 2, n, s, u, vt);
                p.SvdSolveFactored(n + 2, n, s, u, vt, e.Random(2 * (n + 2), 2), 2, x);
            }),
            ["EigenDecomp, symmetric"] = (e, p, n) =>
            {
                // The managed provider multiplies what stands there.
                T[] vectors = [.. Enumerable.Range(0, n * n).Select(i => e.Number(i % (n + 1) == 0 ? 1.0 : 0.0))];
                var values = new Complex[n];
                p.EigenDecomp(true, n, e.Definite(n, 1), vectors, values, new T[n * n]);
                T[] scaled = [.. vectors.Select((v, i) => e.Number(e.Back(v) * values[i / n]))];
                T[] adjoint = [.. Enumerable.Range(0, n * n).Select(
                    i => e.Number(Complex.Conjugate(e.Back(vectors[i % n * n + i / n]))))];
                return e.Product(scaled, n, n, adjoint, n).Concat(values);
            },
            ["EigenDecomp, general"] = (e, p, n) =>
            {
                var values = new Complex[n];
                p.EigenDecomp(false, n, e.Random(n * n, 1), new T[n * n], values, new T[n * n]);
                return values.OrderBy(z => Math.Round(z.Real, 2)).ThenBy(z => z.Imaginary);
            },
        };

        public void Compare(string name)
        {
            foreach (int n in new[] { 1, 2, 3, 7, 40 })
            {
                Complex[] managed = [.. Operations[name](this, Managed, n)],
                    native = [.. Operations[name](this, Native, n)];
                Assert.Equal(managed.Length, native.Length);
                double scale = Math.Max(1.0, managed.Max(z => z.Magnitude));
                for (int i = 0; i < managed.Length; i++)
                {
                    Assert.True(
                        (managed[i] - native[i]).Magnitude <= tolerance * scale,
                        $"order {n}, entry {i}: managed {managed[i]}, native {native[i]}");
                }
            }
        }

        /// <summary>
        /// A NaN in the first operand is told by both providers in the same way, or by the native one in an exception,
        /// and infinity by the native one in some way. Math.NET's own general eigenvalues of complex matrices with NaN,
        /// and its singular values of matrices with infinity, never end: the native one says at once that it does not
        /// converge.
        /// </summary>
        public void ComparePoisoned(string name)
        {
            foreach (int n in new[] { 2, 5, 40 })
            {
                poison = double.NaN;
                string native = Outcome(Native, name, n);
                string managed = name.StartsWith("EigenDecomp", StringComparison.Ordinal)
                    ? nameof(NonConvergenceException)
                    : Outcome(Managed, name, n);
                Assert.True(managed == native
                    || native == nameof(NonConvergenceException), $"order {n}: managed {managed}, native {native}");
                Assert.NotEqual("finite", native);
                poison = double.PositiveInfinity;
                Assert.Contains(Outcome(Native, name, n),
                    new[] { "not finite", "finite", nameof(NonConvergenceException), nameof(ArgumentException) });
                poison = 0.0;
            }
        }

        private string Outcome(ILinearAlgebraProvider<T> provider, string name, int n)
        {
            try
            {
                return Operations[name](this, provider, n)
                    .Any(z => !double.IsFinite(z.Real) || !double.IsFinite(z.Imaginary)) ? "not finite" : "finite";
            }
            catch (Exception e)
            {
                return e.GetType().Name;
            }
        }

        public void CompareExceptions()
        {
            Action<ILinearAlgebraProvider<T>>[] wrong =
            [
                p => p.LUFactor(new T[5], 2, new int[2]),
                p => p.LUFactor(new T[4], 2, new int[1]),
                p => p.LUFactor(null!, 2, new int[2]),
                p => p.LUSolve(1, new T[4], 2, new T[3]),
                p => p.LUInverse(new T[3], 2),
                p => p.LUInverseFactored(new T[4], 2, new int[3]),
                p => p.CholeskyFactor(new T[3], 2),
                p => p.CholeskyFactor([Number(1), Number(2), Number(2), Number(1)], 2),
                p => p.CholeskySolve([Number(1), Number(2), Number(2), Number(1)], 2, new T[2], 1),
                p => p.CholeskySolveFactored(new T[4], 2, new T[3], 1),
                p => p.QRFactor(new T[5], 2, 2, new T[4], new T[2]),
                p => p.ThinQRFactor(new T[5], 2, 2, new T[4], new T[2]),
                p => p.QRSolve(new T[4], 2, 2, new T[3], 1, new T[2], QRMethod.Full),
                p => p.QRSolveFactored(new T[4], new T[4], 2, 2, new T[2], new T[3], 1, new T[2], QRMethod.Full),
                p => p.SingularValueDecomposition(true, new T[4], 2, 2, new T[1], new T[4], new T[4]),
                p => p.SvdSolve(new T[4], 2, 2, new T[3], 1, new T[2]),
                p => p.MatrixMultiply(new T[4], 2, 2, new T[6], 3, 2, new T[4]),
                p => p.MatrixMultiply(new T[4], 2, 2, new T[4], 2, 2, new T[3]),
                p => p.AddArrays(new T[2], new T[3], new T[2]),
                p => p.PointWiseMultiplyArrays(new T[2], new T[2], new T[3]),
                p => p.DotProduct(new T[2], new T[3]),
                p => p.AddVectorToScaledVector(new T[2], Number(1), null!, new T[2]),
                p => p.EigenDecomp(true, 2, new T[3], new T[4], new Complex[2], new T[4]),
            ];
            for (int i = 0; i < wrong.Length; i++)
            {
                Exception? managed = Record.Exception(() => wrong[i](Managed)),
                    native = Record.Exception(() => wrong[i](Native));
                Assert.True(managed?.GetType() == native?.GetType(), $"case {i}: managed {managed?.GetType()}, native "
                    + $"{native?.GetType()}");
            }
        }

        private static IEnumerable<Complex> Updates(Elements<T> e, ILinearAlgebraProvider<T> p, int n)
        {
            Transpose[] transposes = [Transpose.DontTranspose, Transpose.Transpose, Transpose.ConjugateTranspose];
            return from a in transposes
                   from b in transposes
                   from value in e.In(e.Random(n * n, 3), c => p.MatrixMultiplyWithUpdate(
                       a, b, e.Number(1.5), e.Random(n * n, 1), n, n, e.Random(n * n, 2), n, n, e.Number(-0.5), c))
                   select value;
        }

        /// <summary>
        /// Pᵀ L U, and the pivots of real matrices; of complex ones LAPACK takes the largest |Re| + |Im| and Math.NET
        /// the largest modulus.
        /// </summary>
        private static IEnumerable<Complex> LowerTimesUpper(Elements<T> e, ILinearAlgebraProvider<T> p, int n)
        {
            T[] a = e.Regular(n, 1);
            int[] pivots = new int[n];
            p.LUFactor(a, n, pivots);
            T[] lower = [.. a.Select((x, i) => i % n > i / n ? x : e.Number(i % n == i / n ? 1.0 : 0.0))];
            T[] upper = [.. a.Select((x, i) => i % n <= i / n ? x : default)];
            Complex[] product = e.Product(lower, n, n, upper, n);
            for (int row = n - 1; row >= 0; row--)
            {
                for (int column = 0; column < n; column++)
                {
                    (product[column * n + row], product[column * n + pivots[row]]) =
                        (product[column * n + pivots[row]], product[column * n + row]);
                }
            }

            return e.IsComplex ? product : product.Concat(pivots.Select(pivot => new Complex(pivot, 0.0)));
        }

        private T Number(Complex value) => from(value);

        private Complex Back(T value) => to(value);

        private T[] Random(int count, int seed)
        {
            var random = new MersenneTwister(seed, threadSafe: false);
            T[] numbers = [.. Enumerable.Range(0, count).Select(
                _ => from(new Complex(random.NextDouble() - 0.5, IsComplex ? random.NextDouble() - 0.5 : 0.0)))];
            if (seed == 1 && poison != 0.0)
            {
                numbers[count / 2] = from(poison);
            }

            return numbers;
        }

        /// <summary>Away from zero and from the cut of the logarithm.</summary>
        private T[] Shifted(int count, int seed) => [.. Random(count, seed).Select(x => from(to(x) + 1.0))];

        private T[] Regular(int n, int seed) =>
            [.. Random(n * n, seed).Select((x, i) => i % (n + 1) == 0 ? from(to(x) + 2.0) : x)];

        /// <summary>B Bᴴ + I.</summary>
        private T[] Definite(int n, int seed)
        {
            T[] b = Random(n * n, seed), adjoint =
                [.. Enumerable.Range(0, n * n).Select(i => from(Complex.Conjugate(to(b[i % n * n + i / n]))))];
            return [.. Product(b, n, n, adjoint, n).Select((z, i) => from(i % (n + 1) == 0 ? z.Real + 1.0 : z))];
        }

        private Complex[] Product(T[] a, int rows, int inner, T[] b, int columns) =>
        [
            .. from j in Enumerable.Range(0, columns)
               from i in Enumerable.Range(0, rows)
               select Enumerable.Range(0, inner).Aggregate(
                   Complex.Zero, (sum, k) => sum + to(a[k * rows + i]) * to(b[j * inner + k])),
        ];

        private IEnumerable<Complex> Into(int count, Action<T[]> operation) => In(new T[count], operation);

        private IEnumerable<Complex> In(T[] start, Action<T[]> operation)
        {
            operation(start);
            return start.Select(to);
        }
    }
}
