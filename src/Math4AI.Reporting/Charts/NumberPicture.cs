using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Math4AI.Reporting.Charts;

/// <summary>A picture of numbers as PNG (ISO/IEC 15948), a byte for each and a palette of their colors.</summary>
internal static class NumberPicture
{
    // The first color of the palette is for what is not a number; the others are those of the map.
    private const int Missing = 0;
    private const int Levels = 255;
    private const byte Gray = 128;

    /// <summary>Makes the picture.</summary>
    /// <param name="values">The numbers, rows × columns; the first row is the lowest.</param>
    /// <param name="least">The number that has the darkest color, as have those below it.</param>
    /// <param name="most">The number that has the brightest color, as have those above it.</param>
    /// <param name="colors">The colors.</param>
    public static byte[] Png(double[,] values, double least, double most, ColorMap colors)
    {
        int rows = values.GetLength(0), columns = values.GetLength(1);
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        Write(file, "IHDR"u8, header);
        Write(file, "PLTE"u8, Palette(colors));
        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(pixels, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] line = new byte[1 + columns];
            for (int row = rows - 1; row >= 0; row--)
            {
                for (int column = 0; column < columns; column++)
                {
                    line[1 + column] = Level(values[row, column], least, most);
                }

                packed.Write(line);
            }
        }

        Write(file, "IDAT"u8, pixels.ToArray());
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte Level(double value, double least, double most)
    {
        if (double.IsNaN(value))
        {
            return Missing;
        }

        double share = most > least ? Math.Clamp((value - least) / (most - least), 0.0, 1.0) : 0.0;
        return (byte)(1 + (int)Math.Round(share * (Levels - 1)));
    }

    private static byte[] Palette(ColorMap colors)
    {
        byte[] palette = new byte[3 * (Levels + 1)];
        palette.AsSpan(0, 3).Fill(Gray);
        for (int level = 0; level < Levels; level++)
        {
            colors[level * 255 / (Levels - 1)].CopyTo(palette.AsSpan(3 * (level + 1)));
        }

        return palette;
    }

    /// <summary>A chunk: its length, its name, its bytes, and the check sum of name and bytes.</summary>
    private static void Write(MemoryStream file, ReadOnlySpan<byte> name, byte[] bytes)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
        file.Write(number);
        file.Write(name);
        file.Write(bytes);
        var sum = new Crc32();
        sum.Append(name);
        sum.Append(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(number, sum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
