using System.Diagnostics;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Separation;

/// <summary>
/// The sources of a known mixing, A X = Y: by LU where A is square, the least-squares solution by QR where there are more
/// channels than sources. Equals <c>numpy.linalg.solve</c> and <c>numpy.linalg.lstsq</c>.
/// </summary>
internal sealed class KnownMixing : Separator
{
    private readonly Matrix<double> mixing;

    public KnownMixing(Matrix<double> mixing)
    {
        ArgumentNullException.ThrowIfNull(mixing);
        if (mixing.RowCount < mixing.ColumnCount)
        {
            throw new ArgumentException(
                $"The mixing matrix is {mixing.RowCount} × {mixing.ColumnCount}: fewer channels than sources cannot be "
                + "solved for the sources.",
                nameof(mixing));
        }

        if (!double.IsFinite(mixing.FrobeniusNorm()))
        {
            throw new ArgumentException("The mixing matrix holds a value that is not finite.", nameof(mixing));
        }

        this.mixing = mixing;
    }

    public override string Name => "known mixing";

    private protected override bool UsesDensities => false;

    private protected override Solution Solve(ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        if (mixture.Channels != mixing.RowCount)
        {
            throw new ArgumentException(
                $"The mixing matrix has {mixing.RowCount} rows, and the mixture has {mixture.Channels} channels: one row a "
                + "channel is needed.",
                nameof(mixture));
        }

        log.Begin("solve");
        long start = Stopwatch.GetTimestamp();
        RequireSolvable(mixture.Epsilon);
        Matrix<double> identity = DenseMatrix.CreateIdentity(mixing.RowCount);
        Matrix<double> unmixing = mixing.RowCount == mixing.ColumnCount
            ? mixing.LU().Solve(identity)
            : mixing.QR(QRMethod.Thin).Solve(identity);
        Covariance covariance = Covariance.Of(mixture, cancellation);
        return new Solution(
            new Unmixing(unmixing, mixing, DenseVector.Create(mixing.RowCount, 0.0)),
            covariance,
            Termination.Direct,
            [],
            WhitenSeconds: 0.0,
            Stopwatch.GetElapsedTime(start).TotalSeconds)
        {
            IsUnique = true,
        };
    }

    /// <summary>Half of the data's digits must survive: the condition number may not exceed 1/√ε.</summary>
    private void RequireSolvable(double epsilon)
    {
        double condition = mixing.ConditionNumber();
        double most = 1.0 / Math.Sqrt(epsilon);
        if (double.IsNaN(condition) || condition > most)
        {
            throw new ArgumentException(
                $"The mixing matrix has a condition number of {condition:G3}, more than the {most:G3} that the precision of "
                + "the data allows: its columns are (nearly) dependent, and the sources cannot be told apart.");
        }
    }
}
