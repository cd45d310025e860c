using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>What maps of tables have in common: the number of inputs, and inputs that are checked.</summary>
internal abstract class TableFeatures : FeatureMap<Matrix<double>>
{
    private const string Inputs = "inputs";

    // A row of more features than this is an error of the user's: the product of inputs and degrees.
    private const int MaxFeatures = 1 << 20;

    public override FittedFeatures<Matrix<double>> Fit(Matrix<double> training)
    {
        Check(training, null);
        FeatureState learned = Learn(training);
        return Restore(learned with
        {
            Numbers = learned.Numbers.Append(KeyValuePair.Create<string, double[]>(Inputs, [training.ColumnCount]))
                .ToDictionary(),
        });
    }

    public override FittedFeatures<Matrix<double>> Restore(FeatureState state)
    {
        double inputs = state.NumbersOf(Inputs, 1)[0];
        if (inputs is not (>= 1.0 and <= MaxFeatures) || inputs != Math.Floor(inputs))
        {
            throw new InvalidDataException($"The saved features are damaged: they have {inputs} inputs.");
        }

        return new Fitted((int)inputs, state, Of((int)inputs, state));
    }

    /// <summary>What the training teaches, beside the number of inputs.</summary>
    protected abstract FeatureState Learn(Matrix<double> training);

    /// <summary>The map of samples and that of names.</summary>
    protected abstract Mapping Of(int inputs, FeatureState state);

    /// <summary>Throws where samples are not finite, or have another number of inputs.</summary>
    private static void Check(Matrix<double> samples, int? inputs)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (inputs is { } wanted && samples.ColumnCount != wanted)
        {
            throw new ArgumentException(
                $"The features are of {wanted} inputs, and there are {samples.ColumnCount}.", nameof(samples));
        }

        if (samples.Find(value => !double.IsFinite(value)) is { } bad)
        {
            throw new ArgumentException(
                $"Row {bad.Item1 + 1}, column {bad.Item2 + 1} is {bad.Item3}, not a finite number.", nameof(samples));
        }
    }

    protected static void RequireFew(double features, string remedy)
    {
        if (features > MaxFeatures)
        {
            throw new ArgumentException($"There would be {features:0} features, more than {MaxFeatures}: {remedy}.");
        }
    }

    /// <summary>A fitted map as two functions.</summary>
    /// <param name="Apply">From samples × inputs to samples × features.</param>
    /// <param name="Names">From the names of the inputs to those of the features.</param>
    protected sealed record Mapping(
        Func<Matrix<double>, Matrix<double>> Apply, Func<IReadOnlyList<string>, IReadOnlyList<string>> Names)
    {
        /// <summary>The same map into the room of the caller; null where there is no shorter way to it.</summary>
        public IFeatureBlocks? Blocks { get; init; }

        /// <summary>A map that is written into room first.</summary>
        public static Mapping Of(
            IFeatureBlocks blocks, int count, Func<IReadOnlyList<string>, IReadOnlyList<string>> names) =>
            new(samples => Transposed(blocks, count, samples), names) { Blocks = blocks };

        private static Matrix<double> Transposed(IFeatureBlocks blocks, int count, Matrix<double> samples)
        {
            double[] features = new double[(long)count * samples.RowCount];
            blocks.Fill(samples, features);
            return Matrix<double>.Build.Dense(count, samples.RowCount, features).Transpose();
        }
    }

    private sealed class Fitted(int inputs, FeatureState state, Mapping mapping) : FittedFeatures<Matrix<double>>
    {
        public override FeatureState State => state;

        public override Matrix<double> Apply(Matrix<double> samples)
        {
            Check(samples, inputs);
            return mapping.Apply(samples);
        }

        internal override void Fill<T>(Matrix<double> samples, T[] features)
        {
            if (mapping.Blocks is not { } blocks)
            {
                base.Fill(samples, features);
                return;
            }

            Check(samples, inputs);
            blocks.Fill(samples, features);
        }

        public override IReadOnlyList<string> Names(IReadOnlyList<string> names)
        {
            ArgumentNullException.ThrowIfNull(names);
            return names.Count == inputs
                ? mapping.Names(names)
                : throw new ArgumentException(
                    $"The features are of {inputs} inputs, and there are {names.Count} names.", nameof(names));
        }
    }
}
