using System.Diagnostics;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using Math4AI.Training.Networks;

namespace Math4AI.Benchmarks;

/// <summary>
/// The products of a transformer's step alone, of the same shapes, in the same order and on the same threads, with
/// nothing between them: what a step cannot be faster than by these products.
/// </summary>
internal static unsafe class TrainProducts
{
    private const byte N = (byte)'N', T = (byte)'T';
    private const int RowsAtOnce = 32;

    /// <summary>Returns the seconds of a step's products, the fastest of some.</summary>
    public static double Seconds(CharTransformer module, int batch, int length)
    {
        int parts = Math.Min(Team.Size, batch);
        Part[] all = [.. Enumerable.Range(0, parts).Select(part => new Part(
            module, Team.Part(batch, part, parts).Count, length))];
        double best = double.PositiveInfinity;
        for (int round = 0; round < 12; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Team.Run(parts, part => all[part].Forward());
            Team.Run(parts, part => all[part].Backward());
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    /// <summary>Some of the texts, with arrays of their own as those of a step.</summary>
    private sealed class Part
    {
        private readonly CharTransformer module;
        private readonly int texts, length, rows, width, inner;
        private readonly Block[] blocks;
        private readonly PinnedFloats table = new(), logits = new(), slopes = new(), narrow = new(), wide = new(),
            scores = new(), gradient = new();

        public Part(CharTransformer module, int texts, int length)
        {
            (this.module, this.texts, this.length) = (module, texts, length);
            (rows, width, inner) = (texts * length, module.Width, module.Style.Inner(module.Width));
            Fill(table, module.SymbolCount * width);
            Fill(logits, rows * module.SymbolCount);
            Fill(slopes, rows * width);
            Fill(narrow, rows * width);
            Fill(wide, rows * Math.Max(3 * width, inner));
            Fill(scores, length * length);
            Fill(gradient, width * Math.Max(Math.Max(3 * width, inner), module.SymbolCount));
            blocks = [.. Enumerable.Range(0, module.Layers).Select(_ => new Block(
                rows, width, inner, texts * module.Heads * length * length))];
        }

        public void Forward()
        {
            foreach (Block block in blocks)
            {
                Product(block.Normed, block.Three, block.Triples, width, 3 * width);
                Attend(block);
                Product(block.Seen, block.Attended, block.Middle, width, width);
                for (int i = 0; i < (module.Style.IsGated ? 2 : 1); i++)
                {
                    Product(block.Normed, block.Up, block.Active, width, inner);
                }

                Product(block.Active, block.Down, block.Middle, inner, width);
            }

            Product(narrow, table, logits, width, module.SymbolCount);
        }

        public void Backward()
        {
            WeightSlopes(narrow, logits, width, module.SymbolCount);
            InputSlopes(logits, table, narrow, width, module.SymbolCount);
            foreach (Block block in blocks.Reverse())
            {
                WeightSlopes(block.Active, slopes, inner, width);
                InputSlopes(slopes, block.Down, wide, inner, width);
                for (int i = 0; i < (module.Style.IsGated ? 2 : 1); i++)
                {
                    WeightSlopes(block.Normed, wide, width, inner);
                    InputSlopes(wide, block.Up, narrow, width, inner);
                }

                WeightSlopes(block.Seen, slopes, width, width);
                InputSlopes(slopes, block.Attended, narrow, width, width);
                AttendBack(block);
                WeightSlopes(block.Normed, wide, width, 3 * width);
                InputSlopes(wide, block.Three, narrow, width, 3 * width);
            }
        }

        private void Attend(Block block)
        {
            int step = 3 * width, head = width / module.Heads;
            for (int i = 0; i < texts * module.Heads; i++)
            {
                float* q = block.Triples.Address + (long)(i / module.Heads) * length * step + i % module.Heads * head;
                float* o = block.Seen.Address + (long)(i / module.Heads) * length * width + i % module.Heads * head;
                for (int first = 0; first < length; first += RowsAtOnce)
                {
                    int end = Math.Min(length, first + RowsAtOnce), some = end - first;
                    float* p = block.Weights.Address + ((long)i * length + first) * length;
                    Products.Gemm(
                        T, N, end, some, head, 1.0f, q + width, step, q + (long)first * step, step, 0.0f, p, length);
                    Products.Gemm(
                        N, N, head, some, end, 1.0f, q + 2 * width, step, p, length, 0.0f, o + (long)first * width,
                        width);
                }
            }
        }

        private void AttendBack(Block block)
        {
            int step = 3 * width, head = width / module.Heads;
            for (int i = 0; i < texts * module.Heads; i++)
            {
                long at = (long)(i / module.Heads) * length * step + i % module.Heads * head;
                float* q = block.Triples.Address + at, dq = wide.Address + at, ds = scores.Address;
                float* p = block.Weights.Address + (long)i * length * length;
                float* g = narrow.Address + (long)(i / module.Heads) * length * width + i % module.Heads * head;
                for (int first = 0; first < length; first += RowsAtOnce)
                {
                    int end = Math.Min(length, first + RowsAtOnce), some = end - first, behind = length - first;
                    long row = (long)first * length, corner = row + first;
                    Products.Gemm(
                        T, N, end, some, head, 1.0f, q + 2 * width, step, g + (long)first * width, width, 0.0f,
                        ds + row, length);
                    Products.Gemm(
                        N, N, head, some, end, 1.0f, q + width, step, ds + row, length, 0.0f, dq + (long)first * step,
                        step);
                    Products.Gemm(
                        N, T, head, some, behind, 1.0f, g + (long)first * width, width, p + corner, length, 0.0f,
                        dq + 2 * width + (long)first * step, step);
                    Products.Gemm(
                        N, T, head, some, behind, 1.0f, q + (long)first * step, step, p + corner, length, 0.0f,
                        dq + width + (long)first * step, step);
                }
            }
        }

        private void Product(PinnedFloats x, PinnedFloats w, PinnedFloats y, int inputs, int outputs) => Products.Gemm(
            T, N, outputs, rows, inputs, 1.0f, w.Address, inputs, x.Address, inputs, 0.0f, y.Address, outputs);

        private void InputSlopes(PinnedFloats dy, PinnedFloats w, PinnedFloats dx, int inputs, int outputs) =>
            Products.Gemm(
                N, N, inputs, rows, outputs, 1.0f, w.Address, inputs, dy.Address, outputs, 0.0f, dx.Address, inputs);

        private void WeightSlopes(PinnedFloats x, PinnedFloats dy, int inputs, int outputs) => Products.Gemm(
            N, T, inputs, outputs, rows, 1.0f, x.Address, inputs, dy.Address, outputs, 0.0f, gradient.Address, inputs);
    }

    private sealed class Block
    {
        public Block(int rows, int width, int inner, int weights)
        {
            Fill(Normed, rows * width);
            Fill(Triples, 3 * rows * width);
            Fill(Seen, rows * width);
            Fill(Middle, rows * width);
            Fill(Active, rows * inner);
            Fill(Weights, weights);
            Fill(Three, 3 * width * width);
            Fill(Attended, width * width);
            Fill(Up, width * inner);
            Fill(Down, width * inner);
        }

        public PinnedFloats Normed { get; } = new();

        public PinnedFloats Triples { get; } = new();

        public PinnedFloats Seen { get; } = new();

        public PinnedFloats Middle { get; } = new();

        public PinnedFloats Active { get; } = new();

        public PinnedFloats Weights { get; } = new();

        public PinnedFloats Three { get; } = new();

        public PinnedFloats Attended { get; } = new();

        public PinnedFloats Up { get; } = new();

        public PinnedFloats Down { get; } = new();
    }

    /// <summary>Small numbers, so that nothing overflows or becomes subnormal.</summary>
    private static void Fill(PinnedFloats room, int count) => new Span<float>(room.Of(count), count).Fill(1e-2f);
}
